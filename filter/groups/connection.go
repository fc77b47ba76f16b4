package groups

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/storage"
)

// MaxConnections bounds the groups that a person manages from the private chat.
const MaxConnections = 20

// Connection is a group that a person manages from the private chat. It gives no right: an admin's right is asked at each write.
type Connection struct {
	Chat       filter.ChatID
	Title      string
	IsSelected bool // the commands of the private chat concern this group
}

// Errors of connections.
var (
	ErrTooManyConnections = fault.New(fault.Conflict, "connection_many")
	ErrNotConnected       = fault.New(fault.NotFound, "connection_none")
)

// Connect connects a person to a group and selects it.
func (g *Groups) Connect(ctx context.Context, person filter.UserID, chat filter.ChatID, title string) error {
	return g.changeConnections(ctx, person, func(ctx context.Context, tx pgx.Tx) error {
		if err := insertConnection(ctx, tx, person, chat, title); err != nil {
			return err
		}
		list, err := selectConnections(ctx, tx, person)
		if err == nil && len(list) > MaxConnections {
			err = ErrTooManyConnections
		}
		return err
	})
}

// Select makes a connected group the one that the private chat's commands concern.
func (g *Groups) Select(ctx context.Context, person filter.UserID, chat filter.ChatID) error {
	return g.changeConnections(ctx, person, func(ctx context.Context, tx pgx.Tx) error { return selectConnection(ctx, tx, person, chat) })
}

// Disconnect ends a connection.
func (g *Groups) Disconnect(ctx context.Context, person filter.UserID, chat filter.ChatID) error {
	return g.changeConnections(ctx, person, func(ctx context.Context, tx pgx.Tx) error { return deleteConnection(ctx, tx, person, chat) })
}

// changeConnections runs a change of a person's connections, one at a time.
func (g *Groups) changeConnections(ctx context.Context, person filter.UserID, change func(ctx context.Context, tx pgx.Tx) error) error {
	err := storage.InTx(ctx, g.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockConnections(ctx, tx, person); err != nil {
			return err
		}
		return change(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("connections of %d: %w", person, err)
	}
	return nil
}

// Connections lists a person's connections in the order of their titles.
func (g *Groups) Connections(ctx context.Context, person filter.UserID) ([]Connection, error) {
	list, err := selectConnections(ctx, g.db, person)
	if err != nil {
		return nil, fmt.Errorf("connections of %d: %w", person, err)
	}
	return list, nil
}

// Selected returns the group that the private chat's commands concern, or ErrNotConnected.
func (g *Groups) Selected(ctx context.Context, person filter.UserID) (Connection, error) {
	list, err := g.Connections(ctx, person)
	if err != nil {
		return Connection{}, err
	}
	for _, c := range list {
		if c.IsSelected {
			return c, nil
		}
	}
	return Connection{}, ErrNotConnected
}
