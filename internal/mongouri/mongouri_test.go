package mongouri_test

import (
	"testing"

	"pavilion/internal/mongouri"
)

func TestCheck_NeedsNoNetwork(t *testing.T) {
	t.Parallel()
	for uri, good := range map[string]bool{
		"mongodb://u:p@h1,h2:27018/files?replicaSet=r":                               true,
		"mongodb+srv://u:p@cluster.invalid/files":                                    true,
		"mongodb+srv://u:p@cluster.invalid/files?retryWrites=true&srvMaxHosts=2&w=1": true,
		"mongodb+srv://u:p@one.invalid,two.invalid/files":                            false,
		"mongodb+srv://u:p@one.invalid:27017/files":                                  false,
		"mongodb+srv://u:p%zz@one.invalid/files":                                     false,
		"mongodb://u:p%zz@h1/files":                                                  false,
		"mongodb://h1:port/files":                                                    false,
		"http://h1/files":                                                            false,
	} {
		if err := mongouri.Check(uri); (err == nil) != good {
			t.Errorf("%s: %v", uri, err)
		}
	}
}
