// Package phrase is the message catalogue: the texts for people in every language, with its numbers, plurals, money and dates.
//
// Each language is one file, languages/TAG.toml, with the same keys as en.toml; a test compares them. English is the fallback for a missing phrase. In a
// phrase, %[1]s is the first argument and %[2]d the second, formatted as a number of the language. A table with the keys one, few, many, other is one
// phrase whose form depends on its first argument, by the plural rules of the language.
package phrase
