package scenario

import (
	"errors"
	"fmt"
	"strings"
)

// Client is one client certificate that a scenario declares. It is immutable.
type Client struct {
	Name         string   // for +tls-cert, and of its files
	Foreign      bool     // signed by an authority that the server does not know
	CommonName   string   // of the subject
	Units        []string // OU of the subject, in order
	SubjectEmail string   // emailAddress of the subject
	Emails       []string // subject alternative names
}

// parseClients reads one certificate a line, # comments:
//
//	NAME [foreign] [cn=TEXT] [ou=TEXT...] [subject-email=ADDRESS] [email=ADDRESS...]
func parseClients(text string) ([]Client, error) {
	var clients []Client
	for i, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		c := Client{Name: words[0]}
		for _, word := range words[1:] {
			if err := c.property(word); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", clientsFile, i+1, err)
			}
		}
		clients = append(clients, c)
	}
	if len(clients) == 0 {
		return nil, errors.New(clientsFile + " declares no certificate")
	}
	return clients, nil
}

func (c *Client) property(word string) error {
	name, value, hasValue := strings.Cut(word, "=")
	switch {
	case word == "foreign":
		c.Foreign = true
		return nil
	case !hasValue || value == "":
		return fmt.Errorf("%q is not NAME=VALUE", word)
	}
	switch name {
	case "cn":
		c.CommonName = value
	case "ou":
		c.Units = append(c.Units, value)
	case "subject-email":
		c.SubjectEmail = value
	case "email":
		c.Emails = append(c.Emails, value)
	default:
		return fmt.Errorf("unknown property %q, known are: foreign cn ou subject-email email", name)
	}
	return nil
}
