package engines

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

var errNoApt = errors.New("nothing can be installed here without asking (needs root and apt)")

// aptInstall installs a Debian package when we are root on a machine with apt. Test packages run side by side, so a file lock
// keeps them from calling apt at once.
func aptInstall(ctx context.Context, pkg string) error {
	if _, ok := binary("apt-get"); !ok || os.Geteuid() != 0 {
		return errNoApt
	}
	unlock, err := fileLock("apt")
	if err != nil {
		return err
	}
	defer unlock()
	if err := run(ctx, "apt-get", "update", "-qq"); err != nil {
		return err
	}
	return run(ctx, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends", pkg)
}

// once runs install under a lock unless the wanted file is already there, and checks that it is there afterwards. A folder that a
// killed install left half done is removed first.
func once(ctx context.Context, dir, want string, install func() error) error {
	unlock, err := fileLock(filepath.Base(dir))
	if err != nil {
		return err
	}
	defer unlock()
	if exists(want) {
		return ctx.Err()
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clear %s: %w", filepath.Base(dir), err)
	}
	if err := install(); err != nil {
		return err
	}
	if !exists(want) {
		return fmt.Errorf("installed, but %s is not there", filepath.Base(want))
	}
	return nil
}

// fileLock takes a lock that other processes of this machine respect; it ends with the process at the latest.
func fileLock(name string) (unlock func(), err error) {
	cache, err := cacheDir()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil { //nolint:gosec // a cache folder like any other
		return nil, fmt.Errorf("cache folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(cache, name+".lock"), os.O_CREATE|os.O_RDWR, 0o644) //nolint:gosec // holds nothing
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", name, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", name, err), f.Close())
	}
	return func() { _ = f.Close() }, nil // closing releases the lock
}
