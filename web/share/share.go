package share

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"pavilion/internal/fault"
	"pavilion/web"
)

// About describes the resources, for the description of the API.
const About = "Messages to share."

// errSubject refuses a request that names no subject, or two.
var errSubject = fault.New(fault.Invalid, "share_subject")

// Shares is the connected bot. It decides whether the person may share the subject.
type Shares interface {
	ShareBooking(ctx context.Context, person, club, booking int64) (id string, expires time.Time, err error)
	ShareFile(ctx context.Context, person, document, channel, message int64) (id string, expires time.Time, err error)
}

// Options are the parts that the resources work with.
type Options struct {
	// InBot returns the current bot, and an error in a process that is not the bot.
	InBot func() (Shares, error)
}

type handlers struct{ Options }

// Add adds the resources to the API.
func Add(api *web.API, o Options) {
	web.Add(api, web.Route{
		ID: "prepare-message", Method: http.MethodPost, Path: "/prepared-messages", Tag: "Sharing", Status: http.StatusCreated, Limit: web.Writes,
		Summary: "A message about a booking of mine, or with a file of the archive, for the client to send where I choose. " +
			"It is sent to nobody by itself, so asking twice does no harm and takes no key",
		Problems: []int{http.StatusNotFound, http.StatusConflict, http.StatusGone},
	}, handlers{o}.prepare)
}

// BookingSubject names a booking.
type BookingSubject struct {
	Club int64 `json:"club" minimum:"1"`
	ID   int64 `json:"id" minimum:"1"`
}

// FileSubject names a file by its number, which has 64 bits, and one of its posts.
type FileSubject struct {
	ID      string `json:"id" maxLength:"20"`
	Channel int64  `json:"channel"`
	Message int64  `json:"message" minimum:"1" maximum:"2147483647"`
}

type prepareIn struct {
	Body struct {
		Booking *BookingSubject `json:"booking,omitempty" doc:"Confirmed, not over, and the person's own."`
		File    *FileSubject    `json:"file,omitempty" doc:"As the archive shows it. Files of channels that restrict forwarding are refused."`
	}
}

// PreparedBody is a prepared message.
type PreparedBody struct {
	ID        string    `json:"id" doc:"For the client's method web_app_send_prepared_message."`
	ExpiresAt time.Time `json:"expires_at"`
}

func (h handlers) prepare(ctx context.Context, in *prepareIn) (*web.Body[PreparedBody], error) {
	booking, file := in.Body.Booking, in.Body.File
	if (booking == nil) == (file == nil) {
		return nil, errSubject
	}
	shares, err := h.InBot()
	if err != nil {
		return nil, err
	}
	var made PreparedBody
	person := int64(web.UserOf(ctx).ID)
	if booking != nil {
		made.ID, made.ExpiresAt, err = shares.ShareBooking(ctx, person, booking.Club, booking.ID)
	} else {
		document, perr := strconv.ParseInt(file.ID, 10, 64)
		if perr != nil {
			return nil, errSubject
		}
		made.ID, made.ExpiresAt, err = shares.ShareFile(ctx, person, document, file.Channel, file.Message)
	}
	if err != nil {
		return nil, err
	}
	return &web.Body[PreparedBody]{Body: made}, nil
}
