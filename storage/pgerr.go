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

// Reasons for which Postgres refuses any statement, or any write. They label a metric.
const (
	RefusedConnection = "connection" // broken, refused, starting or stopping
	RefusedDiskFull   = "disk_full"
	RefusedReadOnly   = "read_only" // a replica, or a server that was set so
	RefusedResources  = "resources" // memory, connections or another limit of the server
)

// RefusalReasons returns every reason.
func RefusalReasons() []string {
	return []string{RefusedConnection, RefusedDiskFull, RefusedReadOnly, RefusedResources}
}

// Unreachable reports errors that mean that Postgres cannot do its work now: no connection, a connection that broke or was found dead before the
// statement was sent, a server that starts, stops, is full or read-only, a caller's deadline. Other errors of Postgres are answers.
func Unreachable(err error) bool {
	return err != nil && (refusalReason(err) != "" || errors.Is(err, context.DeadlineExceeded))
}

// refusalReason returns why Postgres refused, empty for an answer.
func refusalReason(err error) string {
	if err == nil {
		return ""
	}
	if state := SQLState(err); state != "" {
		switch {
		case strings.HasPrefix(state, "08"), strings.HasPrefix(state, "57P0"): // connection exception; shutdown and startup
			return RefusedConnection
		case state == "53100", state == "58030": // disk full, I/O error
			return RefusedDiskFull
		case state == "25006", state == "55000": // 55000: a function that needs a primary, such as session_incarnation, ran on a replica
			return RefusedReadOnly
		case strings.HasPrefix(state, "53"): // out of memory, too many connections
			return RefusedResources
		}
		return ""
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if pgconn.SafeToRetry(err) || errors.As(err, &connect) || errors.As(err, &network) && !errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return RefusedConnection
	}
	return ""
}
