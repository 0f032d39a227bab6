import {expect, test} from 'vitest'
import {errorFromTrace} from '../../../src/lib/parse/stack-trace.js'

test.each([
  [
    'Java',
    'x ERROR a.b.FooException: bad\n\tat a.B.c(B.java:1)\nCaused by: a.Bar: worse\n\t... 2 more',
    {name: 'a.b.FooException', message: 'bad', causes: [{name: 'a.Bar', message: 'worse'}]},
  ],
  ['Java, in a thread', 'Exception in thread "main" java.lang.Error\n\tat a.B.c(B.java:1)', {name: 'java.lang.Error'}],
  [
    'JavaScript',
    'TypeError: x is not a function\n    at f (/a.js:1:2) {\n  [cause]: Error: deep\n      at g (/b.js:1:2)\n}',
    {name: 'TypeError', message: 'x is not a function', causes: [{name: 'Error', message: 'deep'}]},
  ],
  [
    'Python',
    'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\napp.Bad: no',
    {name: 'app.Bad', message: 'no'},
  ],
  [
    'Python, without a message',
    'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nKeyboardInterrupt',
    {name: 'KeyboardInterrupt'},
  ],
  ['Go', 'panic: no stock\n\ngoroutine 1 [running]:\nmain.f()\n\t/a.go:1 +0x1', {name: 'panic', message: 'no stock'}],
  [
    'Rust',
    "thread 'main' panicked at src/main.rs:5:5:\nno stock\nstack backtrace:\n   0: std::panicking",
    {name: 'panic', message: 'no stock'},
  ],
  [
    'Rust, older',
    "thread 'main' panicked at 'no stock', src/main.rs:5:5\nstack backtrace:\n   0: std::panicking",
    {name: 'panic', message: 'no stock'},
  ],
  [
    'C#',
    'Unhandled exception. System.InvalidOperationException: bad\n ---> System.IO.IOException: pipe\n   at A.B()',
    {
      name: 'System.InvalidOperationException',
      message: 'bad',
      causes: [{name: 'System.IO.IOException', message: 'pipe'}],
    },
  ],
  [
    'PHP',
    'PHP Fatal error:  Uncaught RuntimeException: bad in /a.php:5\nStack trace:\n#0 {main}',
    {name: 'RuntimeException', message: 'bad in /a.php:5'},
  ],
  [
    'Dart',
    'Unhandled exception:\nFormatException: bad\n#0      main (file:///a.dart:1:2)',
    {name: 'FormatException', message: 'bad'},
  ],
] as const)('%s', (_, text, expected) => {
  expect(errorFromTrace(text)).toEqual(expected)
})

test('at most four causes, the outermost first', () => {
  const text = `a.E: 0\n\tat a.B.c(B.java:1)${[1, 2, 3, 4, 5, 6].map((n) => `\nCaused by: a.E${n}: ${n}`).join('')}`
  expect(errorFromTrace(text)?.causes?.map(({message}) => message)).toEqual(['1', '2', '3', '4'])
})

test('text without frames holds no error', () => {
  expect(errorFromTrace('an error\nof two lines')).toBeUndefined()
})
