// Package child runs the real binary as a child process, so that tests and the demo can kill and restart it.
package child

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"pavilion/sandbox/process"
)

// Root returns the folder of this module.
func Root(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// Build compiles the binary into a folder and returns its path.
func Build(ctx context.Context, dir string, race bool) (string, error) {
	root, err := Root(ctx)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "pavilion")
	args := []string{"build", "-o", path}
	if race {
		args = append(args, "-race")
	}
	cmd := exec.CommandContext(ctx, "go", append(args, ".")...) //nolint:gosec // our own arguments
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build pavilion: %w: %s", err, out)
	}
	return path, nil
}

// BuildOf compiles the binary of an earlier commit into a folder and returns its path.
func BuildOf(ctx context.Context, commit, dir string) (string, error) {
	root, err := Root(ctx)
	if err != nil {
		return "", err
	}
	sources := filepath.Join(dir, "sources")
	if err := os.Mkdir(sources, 0o755); err != nil { //nolint:gosec // sources are no secret
		return "", fmt.Errorf("build pavilion of %s: %w", commit, err)
	}
	path := filepath.Join(dir, "pavilion-"+commit)
	tree := exec.CommandContext(ctx, "git", "-C", root, "archive", "--output", sources+".tar", commit) //nolint:gosec // our own arguments
	unpack := exec.CommandContext(ctx, "tar", "-x", "-f", sources+".tar", "-C", sources)               //nolint:gosec // our own arguments
	build := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", path, ".")               //nolint:gosec // our own arguments
	build.Dir = sources
	for _, cmd := range []*exec.Cmd{tree, unpack, build} {
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("build pavilion of %s: %w: %s", commit, err, out)
		}
	}
	return path, nil
}

// Process is a running pavilion.
type Process struct {
	cmd   *exec.Cmd
	ready chan struct{}
	done  chan struct{}
	err   error

	logFile string // of StartIntoFile

	mu   sync.Mutex
	log  bytes.Buffer
	addr string
}

// Start starts a binary. Its environment is PATH and the settings.
func Start(binary string, env map[string]string, args ...string) (*Process, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start pavilion: %w", err)
	}
	p, ended, err := start(w, binary, env, args)
	if err != nil {
		_ = r.Close() // nothing was written
		return nil, err
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		p.follow(r)
		_ = r.Close() // read to its end
	}()
	go func() {
		p.err = <-ended
		<-read
		close(p.done)
	}()
	return p, nil
}

// StartIntoFile is Start with the output in a file. Ready and Addr do not work, because the output is not read meanwhile.
func StartIntoFile(path, binary string, env map[string]string, args ...string) (*Process, error) {
	w, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("start pavilion: %w", err)
	}
	p, ended, err := start(w, binary, env, args)
	if err != nil {
		return nil, err
	}
	p.logFile = path
	go func() {
		p.err = <-ended
		close(p.done)
	}()
	return p, nil
}

// start starts a binary whose output goes to w, and closes w.
func start(w *os.File, binary string, env map[string]string, args []string) (*Process, <-chan error, error) {
	defer w.Close()                                                                                          //nolint:errcheck // the process has its own
	p := &Process{cmd: exec.Command(binary, args...), ready: make(chan struct{}), done: make(chan struct{})} //nolint:gosec,noctx // ended by Kill or Stop
	p.cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	for k, v := range env {
		p.cmd.Env = append(p.cmd.Env, k+"="+v)
	}
	p.cmd.Stdout, p.cmd.Stderr = w, w
	ended, err := process.Start(p.cmd, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("start pavilion: %w", err)
	}
	return p, ended, nil
}

func (p *Process) follow(r io.Reader) {
	lines := bufio.NewReader(r)
	once := sync.OnceFunc(func() { close(p.ready) })
	for {
		line, err := lines.ReadBytes('\n')
		p.mu.Lock()
		p.log.Write(line)
		p.mu.Unlock()
		var entry struct {
			Message string `json:"msg"`
			Addr    string `json:"addr"`
		}
		told := bytes.Contains(line, []byte(`"msg":"ready"`)) || bytes.Contains(line, []byte(`"msg":"listening"`)) // lines of requests are not parsed: there may be thousands a second
		if told && json.Unmarshal(line, &entry) == nil {
			switch entry.Message {
			case "ready":
				once()
			case "listening":
				p.mu.Lock()
				p.addr = entry.Addr
				p.mu.Unlock()
			}
		}
		if err != nil {
			return
		}
	}
}

var errEnded = errors.New("pavilion ended")

// Ready waits until the bot is signed in and gets updates.
func (p *Process) Ready(ctx context.Context) error {
	select {
	case <-p.ready:
		return nil
	case <-p.done:
		return fmt.Errorf("%w: %w: %s", errEnded, p.err, p.Log())
	case <-ctx.Done():
		return fmt.Errorf("pavilion is not ready: %w: %s", context.Cause(ctx), p.Log())
	}
}

// Wait waits until the process ends by itself and returns its error.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		p.Kill()
		return fmt.Errorf("wait for pavilion: %w", context.Cause(ctx))
	}
}

// Kill ends the process with SIGKILL.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // already gone is fine
	<-p.done
}

// Stop sends SIGTERM and returns the process's error. After half a minute it kills the process.
func (p *Process) Stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // already gone is fine
	select {
	case <-p.done:
		return p.err
	case <-time.After(30 * time.Second):
		p.Kill()
		return fmt.Errorf("pavilion did not stop: %s", p.Log())
	}
}

// PID returns the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Addr returns the address of its HTTP server, empty before it listens.
func (p *Process) Addr() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.addr
}

// Log returns the output of the process.
func (p *Process) Log() string {
	if p.logFile != "" {
		text, _ := os.ReadFile(p.logFile) // a removed file counts as empty
		return string(text)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}
