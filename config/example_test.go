package config_test

import (
	"fmt"

	"pavilion/config"
)

// Load takes the environment as a function, so a test can give it a map. The error names every mistake and no value.
func ExampleLoad() {
	settings := map[string]string{
		"PAVILION_BOT_TOKEN": "12345:secret", "PAVILION_API_ID": "1", "PAVILION_API_HASH": "secret",
		"PAVILION_POSTGRES_URL": "postgres://pavilion:secret@localhost/pavilion", "PAVILION_REDIS_URL": "redis://localhost:6379/0",
		"PAVILION_MONGO_URIS": "old=mongodb://a.example/archive mongodb://b.example/archive",
	}
	getenv := func(name string) string { return settings[name] }
	cfg, err := config.Load(getenv)
	fmt.Println(cfg.BotToken, cfg.PageSize, err)
	for _, pool := range cfg.Pools() {
		fmt.Println(pool.Name, pool.Database)
	}

	settings["PAVILION_API_ID"] = "one"
	settings["PAVILION_LOG_FORMAT"] = "xml"
	_, err = config.Load(getenv)
	fmt.Println(err)
	// Output:
	// *** 8 <nil>
	// old archive
	// archive 2 archive
	// PAVILION_API_ID: cannot be read as int
	// PAVILION_LOG_FORMAT: is json or text
}
