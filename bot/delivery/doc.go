// Package delivery brings files to people: one tapped file, all files of a result, and the target of a link.
//
// A file is sent at once, in the handler of its event. A delivery of many files, and one whose files are deleted again, is a row of filter/delivery; Run sends
// it in the background, unit by unit: it reads the posts, sends one file or album, and moves the row's cursor. A sweep deletes messages whose time has come.
//
// filter/delivery has the rules and the rows. This package has the screens and the sending.
package delivery
