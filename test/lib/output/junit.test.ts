import {expect, test} from 'vitest'
import {junitXml} from '../../../src/lib/output/junit.js'

test('a report of what was met, broken and not known', () => {
  const xml = junitXml('logflow expect', [
    {name: 'order placed', seconds: 1.8},
    {
      name: 'no "error" <b>',
      seconds: 0.4,
      problem: {kind: 'failure', message: 'found 2\nlines', details: 'a < b & \x1b[31m'},
    },
    {name: 'late', seconds: 30, problem: {kind: 'error', message: 'could not know', details: '\ud800'}},
  ])
  expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" errors="1">
  <testsuite name="logflow expect" tests="3" failures="1" errors="1" time="32.200">
    <testcase classname="logflow expect" name="order placed" time="1.800"/>
    <testcase classname="logflow expect" name="no &quot;error&quot; &lt;b&gt;" time="0.400">
      <failure message="found 2&#10;lines">a &lt; b &amp; \ufffd[31m</failure>
    </testcase>
    <testcase classname="logflow expect" name="late" time="30.000">
      <error message="could not know">\ufffd</error>
    </testcase>
  </testsuite>
</testsuites>
`)
})
