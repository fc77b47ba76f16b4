// The methods that answer requests.

package world

import (
	"context"
	"log/slog"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

func (w *World) routes() *tg.ServerDispatcher {
	d := tg.NewServerDispatcher(w.unknown)
	w.routeAuth(d)
	w.routeHelp(d)
	w.routeUsers(d)
	w.routeSending(d)
	w.routeReading(d)
	w.routeDialogs(d)
	w.routeChannels(d)
	w.routeMembers(d)
	w.routeGroups(d)
	w.routeDifference(d)
	w.routeFiles(d)
	w.routeMedia(d)
	w.routeButtons(d)
	w.routeInline(d)
	w.routePrepared(d)
	w.routeWriteAccess(d)
	w.routeBots(d)
	w.routeInvoices(d)
	w.routePayments(d)
	w.routeStars(d)
	return d
}

// unknown answers methods that the simulation lacks, with an error that Telegram does not use.
func (w *World) unknown(ctx context.Context, b *bin.Buffer) (bin.Encoder, error) {
	id, err := b.PeekID()
	if err != nil || w.names[id] == "" {
		return nil, tgerr.New(400, "INPUT_METHOD_INVALID")
	}
	w.o.Logger.LogAttrs(ctx, slog.LevelWarn, "method is not simulated", slog.String("method", w.names[id]))
	return nil, tgerr.New(501, "NOT_SIMULATED")
}
