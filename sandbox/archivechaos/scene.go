package archivechaos

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gotd/td/tg"
	"github.com/jackc/pgx/v5"

	"pavilion/sandbox"
	"pavilion/sandbox/child"
	"pavilion/sandbox/engines"
	"pavilion/sandbox/world"
)

// Options configure a run.
type Options struct {
	Events    int    // posts, edits and deletions
	PerSecond int    // events
	Binary    string // the program; empty: Run builds it
	Searches  int    // sampled posts of each kind at the end
	Short     bool   // short faults, and a lease that a dead process left is deleted instead of waited for
}

const (
	pools         = 3
	channels      = 4
	startLimit    = time.Minute
	operatorToken = "archive-chaos-operator-token-0123456789"
)

// scene is the program with its servers.
type scene struct {
	*sandbox.Scene

	options  Options
	quotas   []*engines.Quota
	postgres url.URL
	channels []int64
	bot      *process // the one that is, or becomes, the bot
}

// process is a running program with its own way to Postgres.
type process struct {
	*child.Process

	way *engines.Detour
}

func openScene(ctx context.Context, o Options) (s *scene, err error) {
	s = &scene{options: o}
	s.Scene, err = sandbox.Open(ctx, sandbox.Options{Pools: pools, Binary: o.Binary, Env: map[string]string{
		"PAVILION_ROLES": "bot", "PAVILION_OPERATOR_TOKEN": operatorToken,
		"PAVILION_SEND_PER_SECOND": "1000000", "PAVILION_SEND_PER_CHAT": "1000000", "PAVILION_SEND_PER_GROUP": "1000000", // so high that no limit applies
	}})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	u, err := url.Parse(s.Engines.PostgresURL)
	if err != nil {
		return nil, err
	}
	s.postgres = *u
	var uris []string
	for _, uri := range s.Engines.MongoURIs {
		q, err := engines.OpenQuota(ctx, uri)
		if err != nil {
			return nil, err
		}
		s.quotas, uris = append(s.quotas, q), append(uris, q.URI())
	}
	s.SetEnv("PAVILION_MONGO_URIS", strings.Join(uris, " "))
	if s.bot, err = s.start(ctx); err != nil {
		return nil, err
	}
	if err := s.ready(ctx, s.bot); err != nil {
		return nil, err
	}
	if err := s.LiftLimits(ctx); err != nil {
		return nil, err
	}
	return s, s.addChannels(ctx)
}

func (s *scene) addChannels(ctx context.Context) error {
	for i := range channels {
		name, title := fmt.Sprintf("chaos_archive_%d", i), fmt.Sprintf("Chaos %d", i)
		id, err := s.AddChannel(title, name)
		if err != nil {
			return err
		}
		s.channels = append(s.channels, id)
		if err := s.ask(ctx, "/channels add @"+name, title+" is indexed"); err != nil {
			return err
		}
	}
	return nil
}

// start starts a process, which waits for the lease.
func (s *scene) start(ctx context.Context) (*process, error) {
	way, err := engines.OpenDetour(ctx, s.postgres.Host)
	if err != nil {
		return nil, err
	}
	through := s.postgres
	through.Host = way.Addr()
	s.SetEnv("PAVILION_POSTGRES_URL", through.String())
	c, err := s.Standby()
	if err != nil {
		way.Cut()
		return nil, err
	}
	return &process{c, way}, nil
}

func (s *scene) ready(ctx context.Context, p *process) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	return p.Ready(ctx)
}

// kill ends a process with SIGKILL.
func (p *process) kill() {
	p.Kill()
	p.way.Cut()
}

// restart kills the bot and starts another one.
func (s *scene) restart(ctx context.Context) (err error) {
	s.bot.kill()
	if err := s.freeLease(ctx); err != nil {
		return err
	}
	if s.bot, err = s.start(ctx); err != nil {
		return err
	}
	return s.ready(ctx, s.bot)
}

// freeLease deletes the lease of a process that is dead or cut off, in a short run. It expires by itself after ten seconds.
func (s *scene) freeLease(ctx context.Context) error {
	if !s.options.Short {
		return nil
	}
	conn, err := pgx.Connect(ctx, s.Engines.PostgresURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // the statement's own error counts
	_, err = conn.Exec(ctx, `DELETE FROM lease WHERE name = 'bot'`)
	return err
}

// ask sends a message to the bot as the admin and waits for an answer.
func (s *scene) ask(ctx context.Context, text, want string) error {
	w := s.DC.World()
	if _, err := w.SendText(s.Admin.ID, world.UserPeer(s.BotID), text); err != nil {
		return err
	}
	_, err := w.WaitMessage(ctx, s.Admin.ID, func(chat world.Peer, m *tg.Message) bool {
		return chat == world.UserPeer(s.BotID) && !m.Out && strings.Contains(m.Message, want)
	})
	return err
}

// searcher is a member who has joined no archive: to wait for an answer goes through all messages that an account sees.
const searcher = 2

// finds searches for a word in the chat, and tells whether the answer is one file.
func (s *scene) finds(ctx context.Context, word string) (bool, error) {
	answer, err := s.search(ctx, word)
	return isFound(answer, word), err
}

func isFound(answer, word string) bool { return strings.HasPrefix(answer, "🔎 "+word+"\n1 file") }

// search searches for a word in the chat, and returns the answer.
func (s *scene) search(ctx context.Context, word string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, answersWithin, errNoAnswer)
	defer cancel()
	w, who, bot := s.DC.World(), s.Members[searcher].ID, world.UserPeer(s.BotID)
	sent, err := w.SendText(who, bot, word)
	if err != nil {
		return "", err
	}
	m, err := w.WaitMessage(ctx, who, func(chat world.Peer, m *tg.Message) bool { return chat == bot && !m.Out && m.ID > sent })
	if err != nil {
		return "", err
	}
	return m.Message, nil
}

// answersWithin is the longest allowed time of an answer. A search waits five seconds for a database that hangs.
const answersWithin = 15 * time.Second

var errNoAnswer = errors.New("a search has no answer")

// figure reads a figure of a process from its metrics.
func (s *scene) figure(ctx context.Context, p *process, name string) (float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Addr()+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+operatorToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, fmt.Errorf("%w: %s (%s)", errNoFigure, name, res.Status)
}

var errNoFigure = errors.New("the metrics have no such figure")

// printWarnings writes the last warnings and errors of the bot's log.
func (s *scene) printWarnings(out io.Writer) {
	if s.bot == nil {
		return
	}
	var lines []string
	for line := range strings.Lines(s.bot.Log()) {
		if !strings.Contains(line, `"level":"INFO"`) {
			lines = append(lines, line)
		}
	}
	const last = 30
	fmt.Fprint(out, strings.Join(lines[max(0, len(lines)-last):], ""))
}

func (s *scene) close() error {
	if s.bot != nil {
		s.bot.kill()
	}
	for _, q := range s.quotas {
		q.Close()
	}
	return s.Close()
}
