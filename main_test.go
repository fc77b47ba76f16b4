package main_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// build compiles the real program.
func build(t *testing.T, flags ...string) (binary string) {
	t.Helper()
	binary = filepath.Join(t.TempDir(), "pavilion")
	args := append([]string{"build", "-o", binary}, flags...)
	if out, err := exec.CommandContext(t.Context(), "go", append(args, ".")...).CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, out)
	}
	return binary
}

// TestMain_VersionIsTheBuilds: the linker ignores a misspelt variable after -X without a word, so the Makefile's own flags are tried.
func TestMain_VersionIsTheBuilds(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	flags := regexp.MustCompile(`(?m)^LDFLAGS = (.+\$\(VERSION\).*)$`).FindSubmatch(makefile)
	if flags == nil || !strings.Contains(string(makefile), `-ldflags='$(LDFLAGS)' -o $(BINARY) .`) {
		t.Fatal("make build does not pass the version to the linker")
	}
	stamped := strings.ReplaceAll(string(flags[1]), "$(VERSION)", "v9.8.7-test")
	out, err := exec.CommandContext(t.Context(), build(t, "-ldflags="+stamped), "version").CombinedOutput()
	if want := fmt.Sprintf("pavilion v9.8.7-test (%s, %s/%s)\n", runtime.Version(), runtime.GOOS, runtime.GOARCH); err != nil || string(out) != want {
		t.Errorf("%v, %q, want %q", err, out, want)
	}
	image, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	if want := `-ldflags="` + strings.ReplaceAll(string(flags[1]), "$(VERSION)", "${VERSION}") + `"`; !strings.Contains(string(image), want) {
		t.Errorf("the image is not built with %s", want)
	}
}

// start runs the real program on a Postgres that hangs up on everyone, and returns when it has called there: its signals are set by then.
func start(t *testing.T, stderr *os.File) (cmd *exec.Cmd, ended chan error) {
	t.Helper()
	binary := build(t)
	postgres, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	called := make(chan struct{}, 1)
	go func() {
		for {
			conn, err := postgres.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
			select {
			case called <- struct{}{}:
			default:
			}
		}
	}()
	t.Cleanup(func() { _ = postgres.Close() })

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd = exec.CommandContext(ctx, binary, "serve")
	cmd.Stderr = stderr
	cmd.Env = []string{
		"PAVILION_BOT_TOKEN=1:secret", "PAVILION_API_ID=1", "PAVILION_API_HASH=hash", "PAVILION_HTTP_ADDR=127.0.0.1:0", "PAVILION_POSTGRES_URL=postgres://" + postgres.Addr().String() + "/x?sslmode=disable",
		"PAVILION_REDIS_URL=redis://127.0.0.1:1/0", "PAVILION_MONGO_URIS=mongodb://127.0.0.1:1/x", "PAVILION_HTTP_ADDR=127.0.0.1:0",
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended = make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-called:
	case err := <-ended:
		t.Fatalf("it ended by itself: %v", err)
	}
	return cmd, ended
}

func TestMain_OneSignalStopsInOrder(t *testing.T) {
	t.Parallel()
	cmd, ended := start(t, nil)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("ended with %v, want exit code 0", err)
	}
}

// A pipe that is full and that nobody reads holds the program up at its first log line, so that it cannot stop in order.
func TestMain_ASecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	if err := w.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = w.Write(make([]byte, 4096))
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	cmd, ended := start(t, w)
	every := time.NewTicker(100 * time.Millisecond) // signals that come too close count as one
	defer every.Stop()
	for sent := 0; ; {
		select {
		case <-ended:
			status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if !ok || !status.Signaled() || status.Signal() != syscall.SIGTERM || sent < 2 {
				t.Errorf("ended with %v after %d signals, want by the second or a later one", cmd.ProcessState, sent)
			}
			return
		case <-every.C:
			_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended just now
			sent++
		}
	}
}
