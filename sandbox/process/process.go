// Package process starts the sandbox's child processes. A terminal sends Ctrl-C to its whole foreground process group; these children are in
// groups of their own, so that only their parent gets it, and stops them in order. On Linux they die with their parent.
package process

import (
	"os/exec"
	"runtime"
	"syscall"
)

// Start starts cmd under an account; nil is our own. The channel gets the result of cmd.Wait and is closed.
func Start(cmd *exec.Cmd, account *syscall.Credential) (ended <-chan error, err error) {
	cmd.SysProcAttr = attr(account)
	started, result := make(chan error), make(chan error, 1)
	go func() {
		defer close(result)
		// Linux sends the parent-death signal when the thread that forked ends, and the Go runtime ends idle threads.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			result <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return result, nil
}
