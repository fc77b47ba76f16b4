package nets

import (
	"context"
	"time"

	"pavilion/booking"
	"pavilion/web"
)

// NotificationBody is a notification of a member, sent or waiting.
type NotificationBody struct {
	ID        int64      `json:"id"`
	Kind      string     `json:"kind" example:"confirmed"`
	Booking   int64      `json:"booking,omitempty" doc:"Missing where it is about a day."`
	Refund    int64      `json:"refund,omitempty"`
	Channel   string     `json:"channel" enum:"telegram,email,sms" doc:"By which it goes or went."`
	State     string     `json:"state" enum:"waiting,sent,dropped,failed,unsure" doc:"unsure: it may have arrived, and is not sent again."`
	CreatedAt time.Time  `json:"created_at"`
	SentAt    *time.Time `json:"sent_at,omitempty" doc:"Missing while it waits."`
	FailedAt  *time.Time `json:"failed_at,omitempty" doc:"No way led to the member."`
}

// DeliveryBody is a notification with the progress of its delivery.
type DeliveryBody struct {
	NotificationBody
	Member   int64         `json:"member"`
	Failures []FailureBody `json:"failures" doc:"The channels that were given up."`
}

// FailureBody is a channel over which a notification could not be delivered.
type FailureBody struct {
	Channel string `json:"channel" enum:"telegram,email,sms"`
	Reason  string `json:"reason" example:"refused"`
}

// AuditBody is one line of the audit. Lines are added and never changed.
type AuditBody struct {
	ID      int64          `json:"id"`
	At      time.Time      `json:"at"`
	Actor   int64          `json:"actor" doc:"The Telegram user id; 0 is the program itself."`
	Role    string         `json:"role" enum:"guest,member,staff,admin"`
	Origin  string         `json:"origin" doc:"From where: http, bot, job, gateway, command." example:"http"`
	Action  string         `json:"action" example:"hold"`
	Booking int64          `json:"booking,omitempty" doc:"Missing where it is about the club."`
	Detail  map[string]any `json:"detail"`
	Reason  string         `json:"reason,omitempty" doc:"In the actor's own words."`
}

type afterIn struct {
	InClub
	After int64 `query:"after" minimum:"0" doc:"The last id of the page before."`
}

type deliveriesIn struct {
	InClub
	After int64  `query:"after" minimum:"0" doc:"The last id of the page before."`
	State string `query:"state" enum:"waiting,sent,dropped,failed,unsure" doc:"Those in one state only."`
}

type auditIn struct {
	InClub
	Booking int64 `query:"booking" minimum:"1" doc:"Of one booking only."`
	After   int64 `query:"after" minimum:"0" doc:"The last id of the page before."`
	Limit   int   `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

// records are the handlers that read notifications and the audit.
type records struct{ handlers }

func (h records) addRoutes() {
	web.Add(h.api, readRoute("my-notifications", "/clubs/{club}/notifications", bookingsTag, "My notifications, oldest first"), h.listNotifications)
	web.Add(h.api, readRoute("deliveries", "/clubs/{club}/deliveries", administrationTag, "Notifications of all members, with delivery state and failed channels; staff only"), h.listDeliveries)
	web.Add(h.api, readRoute("audit", "/clubs/{club}/audit", administrationTag, "Who did what, when and from where, oldest first; staff only"), h.listAudit)
}

func (h records) listNotifications(ctx context.Context, in *afterIn) (*web.Body[web.ListOf[NotificationBody]], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	list, err := h.booking.Notifications(ctx, actor, booking.ClubID(in.Club), in.After)
	return web.List(list, notificationOf), err
}

func notificationOf(n booking.Notification) NotificationBody {
	return NotificationBody{n.ID, n.Kind, int64(n.Booking), int64(n.Refund), string(n.Channel), string(n.State()), n.CreatedAt.UTC(), utcOrNil(n.SentAt), utcOrNil(n.FailedAt)}
}

func (h records) listDeliveries(ctx context.Context, in *deliveriesIn) (*web.Body[web.ListOf[DeliveryBody]], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	list, err := h.booking.Deliveries(ctx, actor, booking.ClubID(in.Club), booking.DeliveryState(in.State), in.After)
	return web.List(list, func(n booking.Notification) DeliveryBody {
		out := DeliveryBody{NotificationBody: notificationOf(n), Member: int64(n.Member), Failures: []FailureBody{}}
		for _, f := range n.Failures {
			out.Failures = append(out.Failures, FailureBody{string(f.Channel), f.Reason})
		}
		return out
	}), err
}

func (h records) listAudit(ctx context.Context, in *auditIn) (*web.Body[web.ListOf[AuditBody]], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	list, err := h.booking.Audit(ctx, actor, booking.AuditQuery{Club: booking.ClubID(in.Club), Booking: booking.ID(in.Booking), After: in.After, Limit: in.Limit})
	return web.List(list, func(e booking.AuditEntry) AuditBody {
		return AuditBody{e.ID, e.At.UTC(), int64(e.Actor), string(e.Role), e.Origin, e.Action, int64(e.Booking), e.Detail, e.Reason}
	}), err
}

func utcOrNil(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	utc := t.UTC()
	return &utc
}
