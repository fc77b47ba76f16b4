// Package sandbox starts the whole scene: a simulated Telegram with a made-up club, private databases, and the real binary.
package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"

	"pavilion/sandbox/child"
	"pavilion/sandbox/club"
	"pavilion/sandbox/dc"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/engines"
	"pavilion/sandbox/gateway"
	"pavilion/sandbox/world"
)

// Usernames of the club.
const (
	BotToken    = "7000000001:sandbox"
	BotName     = "pavilion_bot"
	ChannelName = "riverside_archive"
	// ProviderToken is the token of a payment provider that BotFather connected to the bot.
	ProviderToken = "284685063:TEST:sandbox"
)

// Options configure a scene.
type Options struct {
	Pools int // number of MongoDB pools; 0 means 2
	// Binary is the program under test. If it is empty, Open builds it from this module.
	Binary string
	Quick  bool // see engines.Options
	LogCap int  // see world.Options
	DC     int  // number of the data centre; 0 means dc.ID
	// Gateway starts the payment service and configures the bot for it.
	Gateway bool
	// CallbackTries is how often the payment service tries a callback. 0 means its default, which takes some seconds.
	CallbackTries int
	Env           map[string]string
}

// Scene is everything that runs.
type Scene struct {
	DC      *dc.DC
	Engines *engines.Engines
	Gateway *gateway.Gateway // nil unless Options.Gateway is set
	Bot     *child.Process
	Admin   world.User
	Members []world.User
	BotID   int64
	Channel int64
	Group   int64

	dir    string
	binary string
	env    map[string]string
}

// Open starts the servers and Telegram and makes the club's people, channel and group. StartBot starts the bot.
func Open(ctx context.Context, o Options) (s *Scene, err error) {
	s = &Scene{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.dir, err = os.MkdirTemp("", "pavilion-scene-"); err != nil {
		return s, fmt.Errorf("scene: %w", err)
	}
	if s.Engines, err = engines.Start(ctx, engines.Options{Postgres: true, Redis: true, MongoPools: max(2, o.Pools), Quick: o.Quick}); err != nil {
		return s, err
	}
	if s.DC, err = dc.Start(dc.Options{Number: o.DC, World: world.Options{LogCap: o.LogCap}}); err != nil {
		return s, err
	}
	if err = s.people(); err != nil {
		return s, err
	}
	if s.binary = o.Binary; s.binary == "" {
		if s.binary, err = child.Build(ctx, s.dir, false); err != nil {
			return s, err
		}
	}
	s.env = map[string]string{
		"PAVILION_BOT_TOKEN": BotToken, "PAVILION_API_ID": "1", "PAVILION_API_HASH": "hash",
		"PAVILION_TELEGRAM_ADDR": s.DC.Addr(), "PAVILION_TELEGRAM_DC": fmt.Sprint(s.DC.Number()), "PAVILION_TELEGRAM_KEY": s.DC.PublicKeyPEM(),
		"PAVILION_ADMINS": fmt.Sprint(s.Admin.ID), "PAVILION_HTTP_ADDR": "127.0.0.1:0", "PAVILION_POSTGRES_URL": s.Engines.PostgresURL, "PAVILION_REDIS_URL": s.Engines.RedisURL,
		"PAVILION_MONGO_URIS": strings.Join(s.Engines.MongoURIs, " "),
	}
	if o.Gateway {
		if err = s.openGateway(o.CallbackTries); err != nil {
			return s, err
		}
	}
	maps.Copy(s.env, o.Env)
	return s, nil
}

func (s *Scene) people() error {
	w := s.DC.World()
	var err error
	if s.Admin, err = w.AddUser("9996620001", "Meera", "Iyer", "meera", "en"); err != nil {
		return err
	}
	for i, name := range []string{"Arjun", "Zoya", "Tom"} {
		m, err := w.AddUser(fmt.Sprintf("999662000%d", i+2), name, "", strings.ToLower(name)+"_plays", "en")
		if err != nil {
			return err
		}
		s.Members = append(s.Members, m)
	}
	b, err := w.AddBot(world.BotSpec{Token: BotToken, Username: BotName, Name: "Pavilion", Inline: true, Providers: []string{ProviderToken}})
	if err != nil {
		return err
	}
	s.BotID = b.ID
	if s.Channel, err = s.AddChannel("Riverside Archive", ChannelName); err != nil {
		return err
	}
	if s.Group, err = w.CreateChannel(s.Admin.ID, "Riverside Members", "riverside_members", false); err != nil {
		return err
	}
	for _, id := range []int64{s.Members[0].ID, s.Members[1].ID, s.BotID} {
		if err := w.Join(world.ChannelPeer(s.Group), id); err != nil {
			return err
		}
	}
	return nil
}

// AddChannel makes a channel of the admin with the bot as an admin.
func (s *Scene) AddChannel(title, name string) (int64, error) {
	w := s.DC.World()
	id, err := w.CreateChannel(s.Admin.ID, title, name, true)
	if err != nil {
		return 0, err
	}
	return id, w.Promote(id, s.BotID, world.AdminRights())
}

// SetEnv changes a setting of the bot for its next start.
func (s *Scene) SetEnv(name, value string) { s.env[name] = value }

// Env returns a setting of the bot.
func (s *Scene) Env(name string) string { return s.env[name] }

// StartBot starts the binary and waits until it is ready.
func (s *Scene) StartBot(ctx context.Context) error {
	var err error
	if s.Bot, err = child.Start(s.binary, s.env); err != nil {
		return err
	}
	return s.Bot.Ready(ctx)
}

// LiftLimits removes the limits of each person, for scenes in which a program asks faster than people do. Call it before the first event: the bot keeps
// settings for some seconds.
func (s *Scene) LiftLimits(ctx context.Context) error {
	db, err := pgx.Connect(ctx, s.Engines.PostgresURL)
	if err != nil {
		return fmt.Errorf("limits: %w", err)
	}
	defer db.Close(ctx) //nolint:errcheck // the statement's own error counts
	_, err = db.Exec(ctx, `INSERT INTO setting (name, value, changed_by) VALUES ('access',
		'{"searches": 0, "taps": 0, "inline": 0, "requests": 0, "admin_commands": 0, "files_per_day": 0}', 0) ON CONFLICT DO NOTHING`)
	return err
}

// Standby starts another process, which waits for the lease.
func (s *Scene) Standby() (*child.Process, error) { return s.Start("", nil) }

// Start starts a binary with the scene's settings, of which some differ. An empty binary is the scene's own.
func (s *Scene) Start(binary string, differ map[string]string) (*child.Process, error) {
	env := maps.Clone(s.env)
	maps.Copy(env, differ)
	return child.Start(cmp.Or(binary, s.binary), env)
}

// Run runs a subcommand of the binary to its end.
func (s *Scene) Run(ctx context.Context, args ...string) (string, error) {
	p, err := child.Start(s.binary, s.env, args...)
	if err != nil {
		return "", err
	}
	err = p.Wait(ctx)
	return p.Log(), err
}

// Connect signs a person in and returns their client.
func (s *Scene) Connect(ctx context.Context, u world.User) (*driver.User, error) {
	return driver.Connect(ctx, s.DC, u.ID)
}

// Spec returns the FileSpec of a made-up file.
func Spec(f club.File) world.FileSpec {
	spec := world.FileSpec{Name: f.Name, Mime: f.Mime, Size: f.Size, Caption: f.Caption, Seconds: f.Seconds}
	switch {
	case strings.HasPrefix(f.Mime, "video/"):
		spec.Kind = world.FileVideo
	case strings.HasPrefix(f.Mime, "audio/"):
		spec.Kind = world.FileAudio
	}
	return spec
}

// Specs returns the FileSpecs of made-up files.
func Specs(files []club.File) []world.FileSpec {
	specs := make([]world.FileSpec, len(files))
	for i, f := range files {
		specs[i] = Spec(f)
	}
	return specs
}

// Post posts files in a channel as the admin and returns their message ids.
func (s *Scene) Post(channel int64, specs ...world.FileSpec) ([]world.Posted, error) {
	return s.DC.World().PostFiles(s.Admin.ID, world.ChannelPeer(channel), specs)
}

// Close stops everything.
func (s *Scene) Close() error {
	var errs []error
	if s.Bot != nil {
		errs = append(errs, s.Bot.Stop())
	}
	if s.Gateway != nil {
		errs = append(errs, s.Gateway.Close())
	}
	if s.DC != nil {
		errs = append(errs, s.DC.Close())
	}
	if s.Engines != nil {
		errs = append(errs, s.Engines.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(s.dir))...)
}
