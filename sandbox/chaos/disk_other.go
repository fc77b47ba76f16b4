//go:build !linux

package main

import "errors"

var errNoMount = errors.New("small file systems are mounted on Linux only")

func mountSmall(string, string) error { return errNoMount }

func unmountSmall(string) error { return errNoMount }
