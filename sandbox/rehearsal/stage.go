package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gotd/td/tg"
	"github.com/jackc/pgx/v5"

	"pavilion/sandbox"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
)

// stage is a fleet under load.
type stage struct {
	*fleet

	table    *table
	bookers  []world.User
	boss     *visitor
	clients  []*visitor
	reader   *visitor
	bookings *bookings // nil: no load
	searches *searches
	abort    context.CancelFunc // ends the load without its last answers
	first    map[int64]int      // the messages of each booker's chat before the load
}

const settles = 5 * time.Minute // for the jobs of killed processes: others run them again after 90 seconds

// openStage starts a fleet of a release and sets a club and an archive up. An empty binary is the program of the options.
func openStage(ctx context.Context, o Options, binary string, t *table) (s *stage, err error) {
	env := map[string]string{ // so high that no limit applies: a few people play everybody
		"PAVILION_SEND_PER_SECOND": "1000", "PAVILION_SEND_PER_CHAT": "1000", "PAVILION_SEND_PER_GROUP": "60000",
	}
	for _, limit := range []string{"ADDRESS_PER_SECOND", "PER_SECOND", "READS_PER_MINUTE", "WRITES_PER_MINUTE", "SIGN_INS_PER_MINUTE"} {
		env["PAVILION_HTTP_"+limit] = "100000"
	}
	s = &stage{table: t, first: map[int64]int{}}
	scene, err := sandbox.Open(ctx, sandbox.Options{Binary: o.Binary, Env: env})
	if err != nil {
		return nil, err
	}
	if s.fleet, err = openFleet(ctx, scene, binary); err != nil {
		return nil, errors.Join(err, scene.Close())
	}
	if err := s.setUp(ctx, o.Members); err != nil {
		s.complain()
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *stage) setUp(ctx context.Context, members int) (err error) {
	if err := s.scene.LiftLimits(ctx); err != nil {
		return err
	}
	if err := s.say(ctx, s.scene.Admin, "/channels add @"+sandbox.ChannelName, "is indexed"); err != nil {
		return err
	}
	if _, err := s.scene.Post(s.scene.Channel, world.FileSpec{Kind: world.FileVideo, Name: "Golden.River.2014.1080p.mkv", Size: 1 << 30}); err != nil {
		return err
	}
	for i := range members {
		who, err := s.scene.DC.World().AddUser(fmt.Sprintf("99966300%02d", i), fmt.Sprintf("Booker %d", i+1), "", fmt.Sprintf("booker_%d", i+1), "en")
		if err != nil {
			return err
		}
		if err := s.say(ctx, who, "/start", "Hi Booker"); err != nil {
			return err
		}
		s.bookers = append(s.bookers, who)
	}
	return s.signIn(ctx)
}

// signIn signs everybody in.
func (s *stage) signIn(ctx context.Context) (err error) {
	s.signOut()
	if s.boss, err = openVisitor(ctx, s.base, s.scene.Admin); err != nil {
		return err
	}
	if s.reader, err = openVisitor(ctx, s.base, s.scene.Members[0]); err != nil {
		return err
	}
	for _, who := range s.bookers {
		c, err := openVisitor(ctx, s.base, who)
		if err != nil {
			return err
		}
		s.clients = append(s.clients, c)
	}
	return nil
}

func (s *stage) signOut() {
	for _, c := range append(s.clients, s.boss, s.reader) {
		if c != nil && c.Client != nil {
			c.Close()
		}
	}
	s.clients, s.boss, s.reader = nil, nil, nil
}

var errSilentBot = errors.New("the bot does not answer")

// say writes to the bot and waits for an answer.
func (s *stage) say(ctx context.Context, who world.User, text, want string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, answerWithin, errSilentBot)
	defer cancel()
	w, bot := s.scene.DC.World(), world.UserPeer(s.scene.BotID)
	sent, err := w.SendText(who.ID, bot, text)
	if err != nil {
		return err
	}
	_, err = w.WaitMessage(ctx, who.ID, func(chat world.Peer, m *tg.Message) bool {
		return chat == bot && !m.Out && m.ID > sent && strings.Contains(m.Message, want)
	})
	return err
}

// load starts the load. overHTTP: somebody also searches over HTTP.
func (s *stage) load(ctx context.Context, overHTTP bool) error {
	club, err := miniapp.SetUp(ctx, s.boss.Client, "Riverside", "Net 1", "Net 2", "Net 3", "Net 4")
	if err != nil {
		return err
	}
	for _, who := range s.bookers {
		if s.first[who.ID], err = s.messages(who); err != nil {
			return err
		}
	}
	ctx, s.abort = context.WithCancel(ctx)
	s.bookings = startBookings(ctx, club, s.clients)
	reader := s.reader
	if !overHTTP {
		reader = nil
	}
	s.searches = startSearches(ctx, s.scene, s.scene.Members[:2], reader)
	return nil
}

// messages counts the bot's messages to a person.
func (s *stage) messages(who world.User) (n int, err error) {
	list, err := s.scene.DC.World().History(who.ID, world.UserPeer(s.scene.BotID))
	for _, m := range list {
		if !m.Out {
			n++
		}
	}
	return n, err
}

// step does something under load and measures the gaps until everything that was asked meanwhile is answered.
func (s *stage) step(ctx context.Context, what string, planned bool, do func(ctx context.Context) error) error {
	s.bookings.begin()
	s.searches.begin()
	if err := do(ctx); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	http, refused, err := s.bookings.measure(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	bot, err := s.searches.measure(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	s.table.add(what, planned, http, refused, bot)
	return nil
}

// unload ends the load and checks what must hold after it.
func (s *stage) unload(ctx context.Context) error {
	s.bookings.finish()
	answered, findings := s.searches.finish(ctx)
	s.table.note(fmt.Sprintf("%d messages, each answered once", answered), findings)
	db, err := pgx.Connect(ctx, s.scene.Env("PAVILION_POSTGRES_URL"))
	if err != nil {
		return err
	}
	defer db.Close(ctx) //nolint:errcheck // read only
	made, findings := s.bookings.check(ctx, db)
	if out, err := s.scene.Run(ctx, "doctor", "booking"); err != nil {
		findings = append(findings, fmt.Sprintf("doctor booking: %v %s", err, out))
	}
	requests, _ := s.bookings.total()
	s.table.note(fmt.Sprintf("%d requests made %d bookings, none lost or doubled", requests, made), findings)
	s.abort()
	s.bookings, s.searches = nil, nil
	return s.notifications(ctx, db)
}

// notifications waits until no notification is on its way, and counts what arrived.
func (s *stage) notifications(ctx context.Context, db *pgx.Conn) error {
	began := time.Now()
	// The queue has a clock of its own: for it, two minutes have passed since a process died at its jobs.
	if _, err := db.Exec(ctx, `UPDATE river_job SET attempted_at = attempted_at - interval '2 minutes' WHERE state = 'running'`); s.table.limits.Short && err != nil {
		return err
	}
	for {
		var open int
		err := db.QueryRow(ctx, `SELECT count(*) FROM notification WHERE sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NULL`).Scan(&open)
		if err != nil {
			return err
		}
		if open == 0 {
			break
		}
		if time.Since(began) > settles {
			s.table.note("notifications", []string{fmt.Sprintf("%d are on their way for %s", open, settles)})
			return nil
		}
		if err := sandbox.Pause(ctx, 200*time.Millisecond); err != nil { // the queue sends no signal
			return err
		}
	}
	var findings []string
	all := 0
	for _, who := range s.bookers {
		var sent int
		if err := db.QueryRow(ctx, `SELECT count(*) FROM notification WHERE member_id = $1 AND sent_at IS NOT NULL`, who.ID).Scan(&sent); err != nil {
			return err
		}
		arrived, err := s.messages(who)
		if err != nil {
			return err
		}
		if arrived -= s.first[who.ID]; arrived != sent {
			findings = append(findings, fmt.Sprintf("%d notifications are sent to member %d, %d arrived", sent, who.ID, arrived))
		}
		all += arrived
	}
	s.table.note(fmt.Sprintf("%d notifications, each arrived once", all), findings)
	return nil
}

// close stops everything.
func (s *stage) close() error {
	if s.bookings != nil {
		s.abort()
		s.bookings.finish()
		s.searches.end()
	}
	s.signOut()
	return errors.Join(s.fleet.close(), s.scene.Close())
}

// complain writes what the processes said, after a failure.
func (s *stage) complain() { fmt.Fprint(os.Stderr, s.warnings()) }
