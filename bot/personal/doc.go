// Package personal shows people their own data: /mydata sends it as a file, and erases it after a screen that says what is lost and what stays.
//
// The rules and limits are those of the package personal beside bot. The button that confirms an erasure carries the token of the question, so an old
// message erases nothing and a repeated tap does nothing new.
package personal
