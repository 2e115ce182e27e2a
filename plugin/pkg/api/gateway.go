package api

// What clients of Cloudflare's Zero Trust read when they start (CLOUDFLARE-API 6.4).

// gatewayObject stands for the account's Gateway.
type gatewayObject struct {
	ID           string `json:"id"`
	GatewayTag   string `json:"gateway_tag"`
	ProviderName string `json:"provider_name"`
}

func getGateway(c *call) *Error {
	c.result = gatewayObject{ID: c.account.ID(), GatewayTag: c.account.ID(), ProviderName: "internaldns"}
	return nil
}

// loggingObject says what is logged: resolverpolicy's query_log decides, and not the API.
type loggingObject struct {
	RedactPII bool                   `json:"redact_pii"`
	Settings  map[string]loggedRules `json:"settings_by_rule_type"`
}

type loggedRules struct {
	LogAll    bool `json:"log_all"`
	LogBlocks bool `json:"log_blocks"`
}

func getLogging(c *call) *Error {
	c.result = loggingObject{Settings: map[string]loggedRules{"dns": {}, "http": {}, "l4": {}}}
	return nil
}

// configurationObject is the settings of the account's Gateway, of which there are none
// here yet.
type configurationObject struct {
	Settings  struct{} `json:"settings"`
	CreatedAt string   `json:"created_at"`
	UpdatedAt string   `json:"updated_at"`
}

func getConfiguration(c *call) *Error {
	at := c.accountObject().CreatedOn
	c.result = configurationObject{CreatedAt: at, UpdatedAt: at}
	return nil
}
