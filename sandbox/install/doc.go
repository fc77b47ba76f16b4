// Package install finds programs that the sandbox needs and installs missing ones if it can do so without asking.
//
// The order is always the same: the PATH, the usual directories, Debian's packages as root, else a one-line error that names the package to install.
// Builds and downloads are kept in a cache directory under a lock, so that test packages that run in parallel make them once.
package install
