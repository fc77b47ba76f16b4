package filter_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// No query may read a collection without an index. The tests keep no list of queries: a driver monitor collects one sample of every kind of command
// that the package sends, and TestMain explains each sample in the database that it was sent to.

// ownCommand is the comment of the tests' own queries, which are not explained.
const ownCommand = "a test asks"

// commands holds one sample of each kind of command.
type commands struct {
	mu      sync.Mutex
	samples map[string]sample
	unknown []string
}

// sample is the condition of a command.
type sample struct {
	database, collection string
	filter               bson.Raw
	sort, hint           bson.RawValue
}

// ignored are the commands that need no index.
var ignored = []string{"insert", "getMore", "killCursors", "dbStats", "createIndexes", "endSessions", "hello", "isMaster", "ping", "saslStart", "saslContinue"} //nolint:gochecknoglobals // a table

// monitor collects every command. It then calls before, if not nil, which can delay the command.
func (c *commands) monitor(before func(*event.CommandStartedEvent)) *event.CommandMonitor {
	return &event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
		c.note(e)
		if before != nil {
			before(e)
		}
	}}
}

func (c *commands) note(e *event.CommandStartedEvent) {
	if comment, ok := e.Command.Lookup("comment").StringValueOK(); ok && comment == ownCommand {
		return
	}
	switch e.CommandName {
	case "find":
		c.addCondition(e, "filter", e.Command)
	case "count":
		if _, err := e.Command.LookupErr("query"); err == nil { // without a query the server answers from its metadata
			c.addCondition(e, "query", e.Command)
		}
	case "findAndModify", "distinct":
		c.addCondition(e, "query", e.Command)
	case "update", "delete":
		list, _ := e.Command.Lookup(e.CommandName + "s").ArrayOK()
		values, _ := list.Values()
		for _, v := range values {
			c.addCondition(e, "q", v.Document())
		}
	case "aggregate":
		stages, _ := e.Command.Lookup("pipeline").ArrayOK()
		first, _ := stages.IndexErr(0)
		filter, _ := first.Document().Lookup("$match").DocumentOK()
		c.addSample(e, sample{filter: filter, hint: e.Command.Lookup("hint")})
	default:
		if !slices.Contains(ignored, e.CommandName) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.unknown = append(c.unknown, e.CommandName)
		}
	}
}

func (c *commands) addCondition(e *event.CommandStartedEvent, field string, doc bson.Raw) {
	filter, _ := doc.Lookup(field).DocumentOK()
	c.addSample(e, sample{filter: filter, sort: doc.Lookup("sort"), hint: doc.Lookup("hint")})
}

func (c *commands) addSample(e *event.CommandStartedEvent, s sample) {
	s.database, s.collection = e.DatabaseName, e.Command.Lookup(e.CommandName).StringValue()
	kind := fmt.Sprintf("%s %s %s sort %s hint %s", e.CommandName, s.collection, shape(s.filter), s.sort, s.hint)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.samples == nil {
		c.samples = map[string]sample{}
	}
	if _, ok := c.samples[kind]; !ok {
		s.filter = slices.Clone(s.filter) // the driver reuses its buffer
		s.sort.Value, s.hint.Value = slices.Clone(s.sort.Value), slices.Clone(s.hint.Value)
		c.samples[kind] = s
	}
}

// shape returns the field names of a condition, without values.
func shape(d bson.Raw) string {
	var b strings.Builder
	elements, _ := d.Elements()
	for _, e := range elements {
		b.WriteString(e.Key())
		if inner, ok := e.Value().DocumentOK(); ok {
			b.WriteString("{" + shape(inner) + "}")
		}
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String())
}

// explain fails for every sample that a server would answer without an index.
func (c *commands) explain(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	errs := []error{}
	if len(c.samples) == 0 {
		errs = append(errs, errors.New("the monitor heard nothing; it shows nothing"))
	}
	if len(c.unknown) > 0 {
		errs = append(errs, fmt.Errorf("commands that this check does not understand: %v", c.unknown))
	}
	for _, uri := range shared.MongoURIs {
		client, err := mongo.Connect(options.Client().ApplyURI(uri))
		if err != nil {
			return err
		}
		for kind, s := range c.samples {
			if err := s.explain(ctx, client.Database(s.database)); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", kind, err))
			}
		}
		errs = append(errs, client.Disconnect(ctx))
	}
	return errors.Join(errs...)
}

func (s sample) explain(ctx context.Context, db *mongo.Database) error {
	find := bson.D{{Key: "find", Value: s.collection}, {Key: "filter", Value: s.filter}}
	if len(s.filter) == 0 {
		find[1].Value = bson.D{}
	}
	if !s.sort.IsZero() {
		find = append(find, bson.E{Key: "sort", Value: s.sort})
	}
	if !s.hint.IsZero() {
		find = append(find, bson.E{Key: "hint", Value: s.hint})
	}
	var plan bson.M
	if err := db.RunCommand(ctx, bson.D{{Key: "explain", Value: find}, {Key: "verbosity", Value: "queryPlanner"}}).Decode(&plan); err != nil {
		return err
	}
	text := fmt.Sprint(plan["queryPlanner"])
	indexed := slices.ContainsFunc([]string{"IXSCAN", "IDHACK", "EXPRESS", "EOF"}, func(p string) bool { return strings.Contains(text, p) })
	if !indexed || strings.Contains(text, "COLLSCAN") {
		return fmt.Errorf("reads the collection without an index: %s", text)
	}
	return nil
}
