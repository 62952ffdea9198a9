// Asks Argo CD for the health of objects: one as JSON per line in, one health per line out. Build it inside of argo-cd's
// gitops-engine folder (a copy of this file in a folder of its own, `go build`); see health-oracle.test.ts.
package main

import (
	"bufio"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/argoproj/argo-cd/gitops-engine/v3/pkg/health"
)

func main() {
	sc := bufio.NewScanner(os.Stdin)
	sc.Buffer(make([]byte, 1<<20), 1<<26)
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	for sc.Scan() {
		obj := &unstructured.Unstructured{}
		if err := obj.UnmarshalJSON(sc.Bytes()); err != nil {
			fmt.Fprintln(w, "ERR "+err.Error())
			continue
		}
		h, _ := health.GetResourceHealth(obj, nil)
		if h == nil {
			fmt.Fprintln(w, "nil")
			continue
		}
		fmt.Fprintln(w, string(h.Status))
	}
}
