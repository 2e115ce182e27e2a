package live

import "maps"

// layer holds objects of one kind by id: those of an account, or what changes make of
// them, in layers one above another. What a layer does not speak of, the one below does.
type layer[T any] struct {
	under   *layer[T]
	objects map[string]*T // nil: deleted here; never so in the lowest
}

func newLayer[T any]() *layer[T] { return &layer[T]{objects: make(map[string]*T)} }

func (l *layer[T]) fork() *layer[T] { return &layer[T]{under: l} }

// get returns the object of an id, nil if there is none.
func (l *layer[T]) get(id string) *T {
	for ; l != nil; l = l.under {
		if object, ok := l.objects[id]; ok {
			return object
		}
	}
	return nil
}

// set has an object be that of an id; nil deletes.
func (l *layer[T]) set(id string, object *T) {
	if l.objects == nil {
		l.objects = make(map[string]*T)
	}
	if object == nil && l.under == nil {
		delete(l.objects, id)
		return
	}
	l.objects[id] = object
}

// absorb takes over what a layer above says.
func (l *layer[T]) absorb(above *layer[T]) {
	for id, object := range above.objects {
		l.set(id, object)
	}
}

// all returns all objects, in no order.
func (l *layer[T]) all() map[string]*T {
	if l.under == nil {
		return maps.Clone(l.objects)
	}
	all := l.under.all()
	for id, object := range l.objects {
		if object == nil {
			delete(all, id)
		} else {
			all[id] = object
		}
	}
	return all
}

// objects are all that an account holds but its records.
type objects struct {
	revision  uint64
	zones     *layer[Zone]
	views     *layer[View]
	rules     *layer[Rule]
	lists     *layer[List]
	locations *layer[Location]
	gateway   *layer[Gateway]
	tokens    *layer[Token]
	settings  *layer[Settings]
	data      *layer[data]
	specs     specs
	compiled  *compiled // shared with forks
}

func newObjects() *objects {
	return &objects{
		zones: newLayer[Zone](), views: newLayer[View](), rules: newLayer[Rule](),
		lists: newLayer[List](), locations: newLayer[Location](), gateway: newLayer[Gateway](),
		tokens: newLayer[Token](), settings: newLayer[Settings](), data: newLayer[data](),
		compiled: &compiled{make(map[*List]compiledList)},
	}
}

// fork returns objects on which changes can be tried.
func (o *objects) fork() *objects {
	return &objects{
		revision: o.revision,
		zones:    o.zones.fork(), views: o.views.fork(), rules: o.rules.fork(),
		lists: o.lists.fork(), locations: o.locations.fork(), gateway: o.gateway.fork(),
		tokens: o.tokens.fork(), settings: o.settings.fork(), data: o.data.fork(),
		specs: o.specs, compiled: o.compiled,
	}
}

// absorb takes over what became of a fork.
func (o *objects) absorb(f *objects) {
	o.revision, o.specs = f.revision, f.specs
	o.zones.absorb(f.zones)
	o.views.absorb(f.views)
	o.rules.absorb(f.rules)
	o.lists.absorb(f.lists)
	o.locations.absorb(f.locations)
	o.gateway.absorb(f.gateway)
	o.tokens.absorb(f.tokens)
	o.settings.absorb(f.settings)
	o.data.absorb(f.data)
}
