// Package secret holds values that must never be printed: tokens, passwords, connection strings with a password.
package secret

import "log/slog"

const mask = "***"

// String is a secret text. It prints as "***" in every way; Reveal returns the value.
type String struct{ value string }

// New wraps a secret value.
func New(value string) String { return String{value: value} }

// Reveal returns the value. Call it only where the secret is used.
func (s String) Reveal() string { return s.value }

// Empty reports whether the value is empty.
func (s String) Empty() bool { return s.value == "" }

// String hides the value from fmt.
func (s String) String() string { return mask }

// GoString hides the value from %#v.
func (s String) GoString() string { return mask }

// LogValue hides the value from slog.
func (s String) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText hides the value from encoders such as JSON.
func (s String) MarshalText() ([]byte, error) { return []byte(mask), nil }

// UnmarshalText sets the value; the settings are parsed with it.
func (s *String) UnmarshalText(text []byte) error {
	s.value = string(text)
	return nil
}
