// Package secret holds values that must never be printed: tokens, passwords, connection strings with a password.
package secret

import "log/slog"

const mask = "***"

// String is a secret text. Every way of printing it gives "***"; Reveal gives the value to the one call that needs it.
type String struct{ value string }

// New wraps a secret value.
func New(value string) String { return String{value: value} }

// Reveal returns the value itself; call it only where the secret is used.
func (s String) Reveal() string { return s.value }

// Empty tells whether no value was given, without revealing it.
func (s String) Empty() bool { return s.value == "" }

// String hides the value from fmt.
func (s String) String() string { return mask }

// GoString hides the value from %#v.
func (s String) GoString() string { return mask }

// LogValue hides the value from slog.
func (s String) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText hides the value from JSON, YAML and the like.
func (s String) MarshalText() ([]byte, error) { return []byte(mask), nil }

// UnmarshalText lets a configuration loader fill the secret.
func (s *String) UnmarshalText(text []byte) error {
	s.value = string(text)
	return nil
}
