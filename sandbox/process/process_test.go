package process_test

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"pavilion/sandbox/process"
)

// asParent is set where the test binary plays a parent: it starts a child that holds its output open, says so, and waits for its own end.
const asParent = "PROCESS_TEST_PARENT"

func TestMain(m *testing.M) {
	if os.Getenv(asParent) == "" {
		goleak.VerifyTestMain(m)
		return
	}
	cmd := exec.Command("sleep", "600") //nolint:noctx // its parent's death ends it
	cmd.Stdout = os.Stdout
	ended, err := process.Start(cmd, nil)
	if err != nil {
		panic(err)
	}
	fmt.Print("+")
	<-ended
}

// TestStart_ACtrlCReachesOnlyTheParent: a terminal signals the foreground group, which is the parent's.
func TestStart_ACtrlCReachesOnlyTheParent(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "sleep", "600")
	ended, err := process.Start(cmd, nil)
	if err != nil {
		t.Fatal(err)
	}
	group, err := syscall.Getpgid(cmd.Process.Pid)
	if err != nil || group != cmd.Process.Pid {
		t.Errorf("the child %d is in group %d, %v; ours is %d", cmd.Process.Pid, group, err, syscall.Getpgrp())
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; cmd.ProcessState == nil || err == nil {
		t.Errorf("ended with %v, %v; want by the signal", err, cmd.ProcessState)
	}
	if _, more := <-ended; more {
		t.Error("the channel stays open")
	}
}

func TestStart_WhatIsNotThereIsSaid(t *testing.T) {
	t.Parallel()
	if _, err := process.Start(exec.CommandContext(t.Context(), "/no/such/program"), nil); err == nil {
		t.Error("no error")
	}
}
