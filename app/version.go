package app

import "runtime/debug"

// stamp is written by the linker: -ldflags '-X pavilion/app.stamp=v1.2.3'. `make build`, `make release` and the Dockerfile do so.
var stamp string //nolint:gochecknoglobals // -X writes package variables only

// unnamed is the version of an unstamped build.
const unnamed = "devel"

// version names this build: in `pavilion version`, the log, /performance, the API's description, traces and the bot's session at Telegram.
func version() string {
	info, _ := debug.ReadBuildInfo()
	return versionOf(stamp, info)
}

// versionOf prefers the stamp to the version that the go command derives from the checkout; that has none where it runs with -buildvcs=false.
func versionOf(stamp string, info *debug.BuildInfo) string {
	switch {
	case stamp != "":
		return stamp
	case info != nil && info.Main.Version != "" && info.Main.Version != "(devel)":
		return info.Main.Version
	}
	return unnamed
}
