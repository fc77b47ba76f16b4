// Package config reads the settings from the environment and from one optional file, whose values the environment overrides. Load checks all
// settings and reports all mistakes in one error, which names the variables and never contains a value.
package config
