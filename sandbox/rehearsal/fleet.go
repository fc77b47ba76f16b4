package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/sandbox"
	"pavilion/sandbox/child"
	"pavilion/sandbox/engines"
	"pavilion/sandbox/nginx"
)

const startLimit = 2 * time.Minute

var errNotReady = errors.New("the process is not ready")

// fleet is two processes of each role of compose.yaml behind nginx.
type fleet struct {
	scene   *sandbox.Scene
	proxy   *nginx.Proxy
	base    string // of nginx
	members []*member
}

// member is a place in the fleet. Its process is replaced again and again.
type member struct {
	name    string
	roles   string
	addr    string
	process *child.Process
}

// openFleet starts the processes of a release, one after the other, and nginx. An empty binary is the scene's own.
func openFleet(ctx context.Context, scene *sandbox.Scene, binary string) (_ *fleet, err error) {
	f := &fleet{scene: scene}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.close())
		}
	}()
	addrs := map[string][]string{}
	for _, kind := range []struct{ name, roles string }{{"http", "http"}, {"worker", "worker"}, {"bot", "bot,http"}} {
		for i := range 2 {
			addr, err := engines.FreeAddr()
			if err != nil {
				return nil, err
			}
			m := &member{name: fmt.Sprintf("%s %d", kind.name, i+1), roles: kind.roles, addr: addr}
			f.members, addrs[kind.name] = append(f.members, m), append(addrs[kind.name], addr)
			if err := f.start(ctx, m, binary); err != nil {
				return nil, err
			}
			if kind.name == "bot" && i == 0 { // else the second one may connect
				if err := m.connect(ctx); err != nil {
					return nil, err
				}
			}
		}
	}
	return f, f.openProxy(ctx, addrs["http"], addrs["bot"])
}

func (f *fleet) openProxy(ctx context.Context, processes, bots []string) error {
	root, err := child.Root(ctx)
	if err != nil {
		return err
	}
	config, err := os.ReadFile(filepath.Join(root, "deploy", "nginx.conf"))
	if err != nil {
		return err
	}
	addr, err := engines.FreeAddr()
	if err != nil {
		return err
	}
	f.base = "http://" + addr
	f.proxy, err = nginx.Start(ctx, nginx.Options{Config: string(config), Addr: addr, Processes: processes, Bots: bots, Unlimited: true})
	return err
}

// connect waits until a bot is connected. Telegram keeps no messages for a bot that has never been connected.
func (m *member) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, errNotReady)
	defer cancel()
	return m.process.Ready(ctx)
}

// start starts a process and waits until it is ready, as an operator does before the next one is stopped.
func (f *fleet) start(ctx context.Context, m *member, binary string) (err error) {
	m.process, err = f.scene.Start(binary, map[string]string{"PAVILION_ROLES": m.roles, "PAVILION_HTTP_ADDR": m.addr})
	if err != nil {
		return err
	}
	return f.await(ctx, m)
}

func (f *fleet) await(ctx context.Context, m *member) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := sandbox.AwaitReady(ctx, "http://"+m.addr); err != nil {
		return fmt.Errorf("%s: %w: %s", m.name, err, tail(m.process.Log()))
	}
	return nil
}

// bots lists the members with the role bot: the one that stands by, then the connected one.
func (f *fleet) bots(ctx context.Context) ([]*member, error) {
	var bots []*member
	for _, m := range f.members {
		if strings.HasPrefix(m.roles, "bot") {
			bots = append(bots, m)
		}
	}
	db, err := pgx.Connect(ctx, f.scene.Env("PAVILION_POSTGRES_URL"))
	if err != nil {
		return nil, err
	}
	defer db.Close(ctx) //nolint:errcheck // read only
	var holder string
	if err := db.QueryRow(ctx, `SELECT holder FROM lease WHERE name = 'bot'`).Scan(&holder); err != nil {
		return nil, fmt.Errorf("the lease of the bot: %w", err)
	}
	connected := func(m *member) bool { return strings.Contains(holder, fmt.Sprintf("/%d/", m.process.PID())) } // host/pid/random
	if !slices.ContainsFunc(bots, connected) {
		return nil, fmt.Errorf("nobody of the fleet has the lease of %s", holder)
	}
	if connected(bots[0]) {
		slices.Reverse(bots)
	}
	return bots, nil
}

// ordered lists the members in the order of an upgrade: the connected bot comes last.
func (f *fleet) ordered(ctx context.Context) ([]*member, error) {
	bots, err := f.bots(ctx)
	if err != nil {
		return nil, err
	}
	others := slices.DeleteFunc(slices.Clone(f.members), func(m *member) bool { return slices.Contains(bots, m) })
	return append(others, bots...), nil
}

// stop stops all processes.
func (f *fleet) stop() (err error) {
	for _, m := range f.members {
		if m.process != nil {
			if serr := m.process.Stop(); serr != nil {
				err = errors.Join(err, fmt.Errorf("stop %s: %w", m.name, serr))
			}
			m.process = nil
		}
	}
	return err
}

func (f *fleet) close() error {
	err := f.stop()
	if f.proxy != nil {
		err = errors.Join(err, f.proxy.Close())
	}
	return err
}

// warnings returns the last log lines of every process that do not have the level INFO.
func (f *fleet) warnings() string {
	var b strings.Builder
	for _, m := range f.members {
		if m.process == nil {
			continue
		}
		var lines []string
		for line := range strings.Lines(m.process.Log()) {
			if !strings.Contains(line, `"level":"INFO"`) {
				lines = append(lines, line)
			}
		}
		const last = 10
		fmt.Fprintf(&b, "# %s\n%s", m.name, strings.Join(lines[max(0, len(lines)-last):], ""))
	}
	return b.String()
}

func tail(log string) string { return log[max(0, len(log)-3000):] }
