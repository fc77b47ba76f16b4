package delivery

import (
	"maps"
	"strconv"
	"time"

	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/storage"
)

// Settings are what admins set about deliveries.
type Settings struct {
	AllMakeLinks bool                       `json:"all_make_links"` // not only admins
	MostFiles    int                        `json:"most_files"`     // of one delivery
	General      ChannelSettings            `json:"general"`        // for the files of all channels
	Channels     map[string]ChannelSettings `json:"channels"`       // by channel id
}

// ChannelSettings are the settings for the files of a channel.
type ChannelSettings struct {
	Protect       bool   `json:"protect"`
	DeleteMinutes int    `json:"delete_minutes"` // 0: never
	Caption       string `json:"caption"`
	OldLinks      bool   `json:"old_links"` // links of the bot before this one open its posts; not in General
}

// Bounds of settings.
const (
	MostFiles       = 1000
	defaultFiles    = 200
	maxChannelRows  = 200
	maxDeleteMinute = int(MaxDeleteAfter / time.Minute)
)

// ErrSettings reports a setting out of bounds.
var ErrSettings = fault.New(fault.Invalid, "delivery_settings")

// NewSettings makes the stored settings.
func NewSettings(db storage.Queryer, now func() time.Time) *storage.Setting[Settings] {
	return storage.NewSetting(db, storage.SettingOptions[Settings]{Name: "delivery", Default: Settings{MostFiles: defaultFiles}, Check: Settings.check, Now: now})
}

func (s Settings) check() error {
	if s.MostFiles < 1 || s.MostFiles > MostFiles || len(s.Channels) > maxChannelRows {
		return ErrSettings
	}
	if err := s.General.check(); err != nil {
		return err
	}
	for _, c := range s.Channels {
		if err := c.check(); err != nil {
			return err
		}
	}
	return nil
}

func (c ChannelSettings) check() error {
	if c.DeleteMinutes < 0 || c.DeleteMinutes > maxDeleteMinute {
		return ErrSettings
	}
	_, err := ParseCaption(c.Caption)
	return err
}

// Channel returns the settings of a channel; zero where it has none of its own.
func (s Settings) Channel(id filter.ChannelID) ChannelSettings {
	return s.Channels[strconv.FormatInt(int64(id), 10)]
}

// WithChannel returns a copy with other settings for a channel.
func (s Settings) WithChannel(id filter.ChannelID, c ChannelSettings) Settings {
	channels := map[string]ChannelSettings{}
	maps.Copy(channels, s.Channels)
	key := strconv.FormatInt(int64(id), 10)
	channels[key] = c
	if c == (ChannelSettings{}) {
		delete(channels, key)
	}
	s.Channels = channels
	return s
}

// OldLinkChannels are the channels in which links of the bot before this one are on.
func (s Settings) OldLinkChannels() (list []filter.ChannelID) {
	for key, c := range s.Channels {
		if id, err := strconv.ParseInt(key, 10, 64); err == nil && c.OldLinks {
			list = append(list, filter.ChannelID(id))
		}
	}
	return list
}

// Policy is the policy for the files of a channel.
func (s Settings) Policy(id filter.ChannelID) Policy {
	return Strictest(s.General.policy(), s.Channel(id).policy())
}

func (c ChannelSettings) policy() Policy {
	return Policy{Protect: c.Protect, DeleteAfter: time.Duration(c.DeleteMinutes) * time.Minute, Caption: c.Caption}
}
