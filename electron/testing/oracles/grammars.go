// Asks what Argo CD reads its grammars with: robfig/cron, gobwas/glob (of the versions in its go.mod) and Go itself. One
// question as JSON per line in, one answer per line out; see argo-grammar.test.ts.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/gobwas/glob"
	"github.com/robfig/cron/v3"
)

type in struct {
	Op, Text, Pattern, Schedule, Duration, Zone string
	At                                          int64
}

func offset(zone string, now time.Time) time.Duration {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	_, o := now.In(loc).Zone()
	return time.Duration(o) * time.Second
}

func answer(q in) (out string) {
	defer func() {
		if r := recover(); r != nil {
			out = "panic"
		}
	}()
	switch q.Op {
	case "duration":
		d, err := time.ParseDuration(q.Text)
		if err != nil {
			return "error"
		}
		return fmt.Sprint(int64(d))
	case "zone":
		loc, err := time.LoadLocation(q.Zone)
		if err != nil {
			return "error"
		}
		_, o := time.UnixMilli(q.At).In(loc).Zone()
		return fmt.Sprint(o)
	case "glob":
		if q.Pattern == "*" {
			return "true"
		}
		g, err := glob.Compile(q.Pattern)
		if err != nil {
			return "error"
		}
		return fmt.Sprint(g.Match(q.Text))
	case "next":
		s, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(q.Schedule)
		if err != nil {
			return "error"
		}
		n := s.Next(time.UnixMilli(q.At).In(time.UTC))
		if n.IsZero() {
			return "never"
		}
		return fmt.Sprint(n.UnixMilli())
	case "open":
		s, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(q.Schedule)
		if err != nil {
			return "error"
		}
		d, err := time.ParseDuration(q.Duration)
		if err != nil {
			return "error"
		}
		now := time.UnixMilli(q.At).In(time.UTC)
		o := offset(q.Zone, now)
		return fmt.Sprint(s.Next(now.Add(o - d)).Before(now.Add(o)))
	}
	return "?"
}

func main() {
	sc := bufio.NewScanner(os.Stdin)
	sc.Buffer(make([]byte, 1<<20), 1<<26)
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	for sc.Scan() {
		var q in
		if err := json.Unmarshal(sc.Bytes(), &q); err != nil {
			fmt.Fprintln(w, "bad "+err.Error())
			continue
		}
		fmt.Fprintln(w, answer(q))
	}
}
