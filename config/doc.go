// Package config reads the settings: the environment, and under it one file. It checks them all and names every mistake at once, by variable
// and never by value.
package config
