// Package personal has the resources of people's own data: the export, and the erasure in two steps. The rules and limits are those of the package
// personal beside web, shared with the chat.
package personal
