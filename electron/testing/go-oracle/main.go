// Reads texts as Helm and kubectl do: each line of the input is a text in base64, each line of the output
// what sigs.k8s.io/yaml makes of it, as {"value": …} or {"error": "…"}.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"os"

	"sigs.k8s.io/yaml"
)

type answer struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
}

func read(text []byte) (said answer) {
	defer func() {
		if fault := recover(); fault != nil {
			said = answer{Error: "panic"}
		}
	}()
	value, err := yaml.YAMLToJSON(text)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Value: value}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for lines.Scan() {
		text, err := base64.StdEncoding.DecodeString(lines.Text())
		if err != nil {
			panic(err)
		}
		if err := encoder.Encode(read(text)); err != nil {
			panic(err)
		}
	}
}
