package storage

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// SQLState returns the five-character code of a Postgres error, empty for other errors.
func SQLState(err error) string {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code
	}
	return ""
}

// Violated reports whether err is a violation of the named constraint.
func Violated(err error, constraint string) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.ConstraintName == constraint
}

// Unreachable reports errors that mean that Postgres cannot be queried now: no connection, a connection that broke or was found dead before the
// statement was sent, a server that starts, stops or has no free connection, a caller's deadline. Other errors of Postgres are answers.
func Unreachable(err error) bool {
	if err == nil {
		return false
	}
	if state := SQLState(err); state != "" {
		// Class 08 connection exception, 57P01-57P05 shutdown and startup, 53300 too many connections.
		return strings.HasPrefix(state, "08") || strings.HasPrefix(state, "57P0") || state == "53300"
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return pgconn.SafeToRetry(err) || errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}
