// Package install finds programs that the sandbox needs, and gets those that are missing where that can be done without asking.
//
// The order is always the same: the PATH, the usual places, Debian's packages as root, else an error of one line that says what to install.
// What is built or downloaded is kept in a cache folder under a lock, so that test packages that run side by side do it once.
package install
