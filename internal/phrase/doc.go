// Package phrase is the message catalogue: everything that Pavilion says to people, in their language, with numbers, plurals, money and dates
// as people write them there.
//
// A language is one file, languages/TAG.toml, which is found by its name. Its keys are those of en.toml, the language that stands in where
// another one has no phrase; a test compares them. In a phrase, %[1]s is the first argument, %[2]d the second, written as a number of that
// language. A table with the keys one, few, many, other … is a phrase that depends on its first argument, by the plural rules of the language.
package phrase
