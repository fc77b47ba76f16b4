package engines

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"pavilion/sandbox/process"
)

// server is a child process that can be killed and started again with the same port and data.
type server struct {
	name    string
	dir     string
	argv    []string
	listen  func(port int)      // sets argv and the server's address
	account *syscall.Credential // nil means the account of this process
	ping    func(ctx context.Context) error
	// crash is the signal that ends the server and all its processes at once; 0 means SIGKILL.
	crash syscall.Signal
	cmd   *exec.Cmd
	done  chan struct{}
}

var (
	errNotUp     = errors.New("did not answer in time")
	errPortTaken = errors.New("its port is taken")
	errOther     = errors.New("another server answers")
)

const portTries = 5

// startOnPort starts the server on a port from pick. Another process may take the port before the server does; then the server gets another one.
func (s *server) startOnPort(ctx context.Context, pick func() (int, error)) error {
	for try := 1; ; try++ {
		port, err := pick()
		if err != nil {
			return err
		}
		s.listen(port)
		if err = s.start(ctx); !errors.Is(err, errPortTaken) || try == portTries {
			return err
		}
	}
}

// start runs the process and waits until ping succeeds. It returns errPortTaken if the process ended because its port is in use.
func (s *server) start(ctx context.Context) error {
	log, err := os.OpenFile(filepath.Join(s.dir, s.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644) //nolint:gosec // a test server's log
	if err != nil {
		return fmt.Errorf("start %s: %w", s.name, err)
	}
	defer log.Close() //nolint:errcheck // the child holds its own descriptor
	before, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("start %s: %w", s.name, err)
	}
	// Not bound to ctx: the server outlives the call that starts it.
	s.cmd = exec.Command(s.argv[0], s.argv[1:]...) //nolint:gosec,noctx // our own arguments; lifetime is Close
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = s.dir, log, log
	ended, err := process.Start(s.cmd, s.account)
	if err != nil {
		return fmt.Errorf("start %s: %w", s.name, err)
	}
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		<-ended // how it ended is read from its log
	}()
	deadline := time.Now().Add(2 * time.Minute)
	for {
		pctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := s.ping(pctx)
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-s.done:
			said := s.logSince(before)
			if strings.Contains(strings.ToLower(said), "address already in use") {
				return fmt.Errorf("start %s: %w", s.name, errPortTaken)
			}
			return fmt.Errorf("start %s: it ended at once: %s", s.name, tail(said))
		case <-ctx.Done():
			return fmt.Errorf("start %s: %w", s.name, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("start %s: %w: %w: %s", s.name, errNotUp, err, tail(s.logSince(before)))
		}
	}
}

// kill ends the process at once and waits for its end.
func (s *server) kill() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Signal(cmp.Or(s.crash, syscall.SIGKILL)) // already gone is fine
	<-s.done
}

// stop sends SIGTERM and waits. After ten seconds it kills the process.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // already gone is fine
	select {
	case <-s.done:
	case <-time.After(10 * time.Second):
		s.kill()
	}
}

// pause sends SIGSTOP: connections stay open without answers.
func (s *server) pause() error { return s.cmd.Process.Signal(syscall.SIGSTOP) }

// resume ends pause.
func (s *server) resume() error { return s.cmd.Process.Signal(syscall.SIGCONT) }

// logSince returns what the server has logged after an offset.
func (s *server) logSince(offset int64) string {
	text, _ := os.ReadFile(filepath.Join(s.dir, s.name+".log"))
	return string(text[min(int64(len(text)), offset):])
}

func tail(text string) string { return text[max(0, len(text)-600):] }
