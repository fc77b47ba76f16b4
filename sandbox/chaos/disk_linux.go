package main

import (
	"fmt"
	"syscall"
)

// mountSmall mounts a tmpfs of a given size.
func mountSmall(dir, size string) error {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		return fmt.Errorf("mount a small file system: %w", err)
	}
	return nil
}

func unmountSmall(dir string) error {
	if err := syscall.Unmount(dir, 0); err != nil {
		return fmt.Errorf("unmount the small file system: %w", err)
	}
	return nil
}
