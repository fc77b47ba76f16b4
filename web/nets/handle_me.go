package nets

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"pavilion/booking"
	"pavilion/web"
)

// MeBody describes the signed-in person.
type MeBody struct {
	ID       int64          `json:"id" doc:"The Telegram user id."`
	Operator bool           `json:"operator" doc:"The settings name this person as an admin of every club."`
	Language string         `json:"language,omitempty" doc:"In which the bot speaks to this person; missing where it is not known."`
	MayWrite bool           `json:"may_write" doc:"The bot may write to this person. Also false where that is not known."`
	Roles    []ClubRoleBody `json:"roles"`
}

// ClubRoleBody is the person's role in one club.
type ClubRoleBody struct {
	Club int64  `json:"club"`
	Role string `json:"role" enum:"guest,member,staff,admin"`
}

// QuietBody are hours in which no notification is sent, by the club's clock. They may reach over midnight.
type QuietBody struct {
	From int `json:"from" minimum:"0" maximum:"1439" doc:"In minutes of the day." example:"1320"`
	To   int `json:"to" minimum:"0" maximum:"1439" example:"420"`
}

// AddressBody is an address for notifications.
type AddressBody struct {
	Channel   string `json:"channel" enum:"email,sms"`
	Address   string `json:"address" example:"zoya@example.org"`
	Confirmed bool   `json:"confirmed" doc:"With the code that was sent there; no other address is used."`
	Refused   bool   `json:"refused" doc:"The channel said that the address does not exist."`
}

// NotificationSettingsBody is how a person wants to be notified.
type NotificationSettingsBody struct {
	Channels  []string      `json:"channels" doc:"Those of this club's server, in the order in which they are tried."`
	Quiet     *QuietBody    `json:"quiet,omitempty"`
	Addresses []AddressBody `json:"addresses"`
}

type notificationSettingsIn struct {
	web.Keyed
	Body struct {
		Channels []string   `json:"channels" minItems:"1" maxItems:"3" enum:"telegram,email,sms" doc:"In the order in which they are tried; one that is missing is not used."`
		Quiet    *QuietBody `json:"quiet,omitempty" doc:"Missing: no quiet hours."`
	}
}

type addressIn struct {
	Body struct {
		Channel string `json:"channel" enum:"email,sms"`
		Address string `json:"address" minLength:"3" maxLength:"254"`
	}
}

// InAddress is the channel of an address in a path.
type InAddress struct {
	Channel string `path:"channel" enum:"email,sms"`
}

type removeAddressIn struct{ InAddress }

type codeIn struct {
	InAddress
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"20"`
	}
}

// me has the handlers about the signed-in person, independent of a club.
type me struct {
	handlers
	channels []booking.Channel
	language func(ctx context.Context, person booking.MemberID) string
	mayWrite func(ctx context.Context, person booking.MemberID) bool
}

func (h me) addRoutes() {
	const tag = "Me"
	action := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Tag: tag, Summary: summary, Status: http.StatusOK, Limit: web.Writes}
	}
	web.Add(h.api, web.Route{ID: "me", Method: http.MethodGet, Path: "/me", Tag: tag, Summary: "Who I am here, and my role in each club", Status: http.StatusOK, Limit: web.Reads}, h.readMe)
	web.Add(h.api, web.Route{ID: "my-notification-settings", Method: http.MethodGet, Path: "/me/notifications", Tag: tag, Summary: "How I am notified", Status: http.StatusOK, Limit: web.Reads}, h.readSettings)
	web.AddOnce(h.actions, action("set-notification-settings", http.MethodPost, "/me/notifications", "Choose how I am notified, and when not"), h.setSettings)
	web.Add(h.api, action("set-address", http.MethodPost, "/me/addresses", "Name an address of mine, to which a code is sent. Asked again it sends another code, within limits, so it takes no key"), h.setAddress)
	web.Add(h.api, action("confirm-address", http.MethodPost, "/me/addresses/{channel}/confirmation", "Confirm an address with its code; a wrong code counts"), h.confirmAddress)
	web.Add(h.api, action("remove-address", http.MethodDelete, "/me/addresses/{channel}", "Remove an address of mine"), h.removeAddress)
}

func (h me) readMe(ctx context.Context, _ *struct{}) (*web.Body[MeBody], error) {
	actor := h.actorAnywhere(ctx)
	body := MeBody{ID: int64(actor.ID), Operator: actor.Operator, Roles: []ClubRoleBody{}}
	clubs, err := h.booking.Clubs(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range clubs {
		here, err := h.actorIn(ctx, int64(c.ID))
		if err != nil {
			return nil, err
		}
		body.Roles = append(body.Roles, ClubRoleBody{int64(c.ID), string(here.Role)})
	}
	var both sync.WaitGroup // each may wait for a database that does not answer
	both.Go(func() { body.MayWrite = h.mayWrite(ctx, actor.ID) })
	body.Language = h.language(ctx, actor.ID)
	both.Wait()
	return &web.Body[MeBody]{Body: body}, nil
}

func (h me) readSettings(ctx context.Context, _ *struct{}) (*web.Body[NotificationSettingsBody], error) {
	body, err := h.settingsOf(ctx, h.booking, h.actorAnywhere(ctx).ID)
	return &web.Body[NotificationSettingsBody]{Body: body}, err
}

// settingsOf leaves out channels that the server does not have.
func (h me) settingsOf(ctx context.Context, s *booking.Service, member booking.MemberID) (NotificationSettingsBody, error) {
	c, err := s.Contact(ctx, member)
	body := NotificationSettingsBody{Channels: []string{}, Addresses: []AddressBody{}}
	for _, by := range c.Channels {
		if slices.Contains(h.channels, by) {
			body.Channels = append(body.Channels, string(by))
		}
	}
	for _, a := range c.Addresses {
		body.Addresses = append(body.Addresses, AddressBody{string(a.Channel), a.Address, a.Confirmed, a.Refused})
	}
	if c.Quiet != nil {
		body.Quiet = &QuietBody{c.Quiet.From, c.Quiet.To}
	}
	return body, err
}

func (h me) setSettings(ctx context.Context, in *notificationSettingsIn) (effect[NotificationSettingsBody], error) {
	member := h.actorAnywhere(ctx).ID
	var chosen []booking.Channel
	for _, name := range in.Body.Channels {
		by, err := h.offered(name)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, by)
	}
	return func(ctx context.Context, s *booking.Service) (NotificationSettingsBody, error) {
		err := s.EditContact(ctx, member, func(c *booking.Contact) {
			// Channels that the server does not have now keep their place behind the chosen ones.
			c.Channels = append(slices.Clone(chosen), slices.DeleteFunc(c.Channels, func(by booking.Channel) bool { return slices.Contains(h.channels, by) })...)
			c.Quiet = nil
			if q := in.Body.Quiet; q != nil {
				c.Quiet = &booking.Quiet{From: q.From, To: q.To}
			}
		})
		if err != nil {
			return NotificationSettingsBody{}, err
		}
		return h.settingsOf(ctx, s, member)
	}, nil
}

// offered refuses a channel that the server does not have.
func (h me) offered(name string) (booking.Channel, error) {
	by := booking.Channel(name)
	if !slices.Contains(h.channels, by) {
		return "", booking.ErrNotOffered
	}
	return by, nil
}

func (h me) setAddress(ctx context.Context, in *addressIn) (*web.Body[AddressBody], error) {
	by, err := h.offered(in.Body.Channel)
	if err != nil {
		return nil, err
	}
	a, err := h.booking.SetAddress(ctx, h.actorAnywhere(ctx).ID, by, in.Body.Address)
	return &web.Body[AddressBody]{Body: AddressBody{string(a.Channel), a.Address, a.Confirmed, a.Refused}}, err
}

// confirmAddress has no key: a transaction that is rolled back with the refusal would not count a wrong code.
func (h me) confirmAddress(ctx context.Context, in *codeIn) (*web.Body[doneBody], error) {
	by, err := h.offered(in.Channel)
	if err != nil {
		return nil, err
	}
	return &web.Body[doneBody]{Body: doneBody{true}}, h.booking.ConfirmAddress(ctx, h.actorAnywhere(ctx).ID, by, in.Body.Code)
}

func (h me) removeAddress(ctx context.Context, in *removeAddressIn) (*web.Body[doneBody], error) {
	return &web.Body[doneBody]{Body: doneBody{true}}, h.booking.RemoveAddress(ctx, h.actorAnywhere(ctx).ID, booking.Channel(in.Channel))
}
