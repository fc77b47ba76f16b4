// Package app serves the Mini App: the page in which members book nets inside Telegram.
//
// The sources are TypeScript in src; the bundle in dist is committed and embedded, so a build of the program needs no Node.js. The tests build it anew
// and fail if anything differs. The page talks to the API of package web with the types of the API's own description, and has no other server side.
//
// Files whose names have the hash of their content are cached for ever; index.html is asked for each time. The content policy allows nothing from
// other sites, and only Telegram's web client may frame the page.
package app
