// Package nginx runs the proxy of compose.yaml in front of local processes, with the configuration that is shipped. Where it must, the package changes
// addresses and folders in it. The names that Docker resolves there are groups of upstreams here. nginx remembers no failure of an address that it
// resolves, so the groups remember none either.
package nginx

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"pavilion/sandbox/install"
	"pavilion/sandbox/process"
)

// Options configure a proxy.
type Options struct {
	Config    string   // the text of deploy/nginx.conf
	Addr      string   // to listen on
	Processes []string // the addresses of the name pavilion
	Bots      []string // the addresses of the name archive; those of pavilion where it is empty
	Unlimited bool     // visitors of one address are not limited, because one program plays them all
}

// Proxy is a running nginx.
type Proxy struct {
	dir   string
	cmd   *exec.Cmd
	ended <-chan error
}

var errSilent = errors.New("nginx does not answer")

const startTimeout = time.Minute

// Start starts nginx, which is installed if it is missing, and waits until it listens.
func Start(ctx context.Context, o Options) (p *Proxy, err error) {
	path, err := find(ctx)
	if err != nil {
		return nil, err
	}
	p = &Proxy{}
	if p.dir, err = os.MkdirTemp("", "pavilion-nginx-"); err != nil {
		return nil, fmt.Errorf("nginx: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if err := os.Chmod(p.dir, 0o755); err != nil { //nolint:gosec // the workers of nginx have another account
		return nil, fmt.Errorf("nginx: %w", err)
	}
	file := filepath.Join(p.dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(o.config(p.dir)), 0o600); err != nil {
		return nil, fmt.Errorf("nginx: %w", err)
	}
	p.cmd = exec.Command(path, "-c", file, "-p", p.dir, "-e", filepath.Join(p.dir, "error.log")) //nolint:gosec,noctx // our own arguments; ended by Close
	if p.ended, err = process.Start(p.cmd, nil); err != nil {
		return nil, fmt.Errorf("nginx: %w", err)
	}
	return p, p.await(ctx, o.Addr)
}

func find(ctx context.Context) (string, error) {
	folders := []string{"/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"}
	if path, ok := install.Binary("nginx", folders...); ok {
		return path, nil
	}
	if err := install.Apt(ctx, "nginx-light"); err != nil {
		return "", fmt.Errorf("no nginx found: install it (Debian: apt install nginx-light): %w", err)
	}
	path, ok := install.Binary("nginx", folders...)
	if !ok {
		return "", errors.New("nginx was installed and is not there")
	}
	return path, nil
}

// config returns the shipped configuration with the addresses of this host and the files in dir.
func (o Options) config(dir string) string {
	bots := o.Bots
	if len(bots) == 0 {
		bots = o.Processes
	}
	groups := group("processes", o.Processes) + group("bots", bots)
	changes := []string{
		"listen 8080 default_server", "listen " + o.Addr + " default_server",
		"pavilion:8080", "processes", "archive:8080", "bots", "\tserver {\n", groups + "\tserver {\n",
		"/tmp/", dir + "/", "/dev/stdout", dir + "/access.log", "/dev/stderr", dir + "/error.log",
	}
	if o.Unlimited {
		changes = append(changes, "rate=20r/s", "rate=10000r/s", "burst=60", "burst=10000", "limit_conn connections 40", "limit_conn connections 1000")
	}
	return "daemon off;\n" + strings.NewReplacer(changes...).Replace(o.Config)
}

// group is a group of upstreams.
func group(name string, addrs []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\tupstream %s {\n", name)
	for _, addr := range addrs {
		fmt.Fprintf(&b, "\t\tserver %s max_fails=0;\n", addr)
	}
	b.WriteString("\t}\n")
	return b.String()
}

// await waits until nginx listens.
func (p *Proxy) await(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, errSilent)
	defer cancel()
	for {
		if conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr); err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %s", context.Cause(ctx), p.Log("error.log"))
		case <-time.After(20 * time.Millisecond): // nginx sends no signal
		}
	}
}

// Log returns the text of access.log or error.log. A file that is not there is empty.
func (p *Proxy) Log(name string) string {
	text, _ := os.ReadFile(filepath.Join(p.dir, name))
	return string(text)
}

// Close stops nginx and deletes its files.
func (p *Proxy) Close() error {
	if p.ended != nil {
		_ = p.cmd.Process.Signal(os.Interrupt) // fails if it has ended
		<-p.ended
	}
	return os.RemoveAll(p.dir)
}
