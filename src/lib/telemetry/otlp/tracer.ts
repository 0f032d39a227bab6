import {AsyncLocalStorage} from 'node:async_hooks'
import {
  type Attributes,
  type Context,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import {type ErrorCode, LogflowError} from '../../errors/logflow-error.js'
import {toLoggable} from '../loggable.js'
import type {Masker} from '../mask.js'
import type {OpenSpan, SpanAttributes, Tracer} from '../signals.js'
import type {TraceIds} from './trace-ids.js'

/** Refusals that are the caller's: the span is not failed by them. */
const CALLERS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'USAGE',
  'BAD_QUERY',
  'NOT_FOUND',
  'NO_MATCH',
  'ALREADY_THERE',
  'UNAUTHORISED',
  'FORBIDDEN',
  'THROTTLED',
  'NOT_SUPPORTED',
])

/** An attribute of this name says what kind of span it is, by OpenTelemetry's names; `internal` unless said. */
const KIND = 'span.kind'
const KINDS: Record<string, SpanKind> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/
const NO_SPAN = '0'.repeat(16)

export interface OtelTracerParts {
  otel: OtelTracer
  ids: TraceIds
  masker: Masker
}

/** Spans of OpenTelemetry behind our port. The span that runs now is kept here: nothing global is registered. */
export class SpanTracer implements Tracer {
  readonly on = true
  private readonly running = new AsyncLocalStorage<Span>()

  constructor(private readonly parts: OtelTracerParts) {}

  async span<T>(
    name: string,
    attributes: SpanAttributes,
    work: () => Promise<T>,
    parent?: string,
    links: readonly string[] = [],
  ): Promise<T> {
    const span = this.open(name, attributes, parent, links)
    try {
      const result = await span.run(work)
      span.end()
      return result
    } catch (error) {
      span.end({}, error)
      throw error
    }
  }

  begin(name: string, attributes: SpanAttributes, parent?: string): OpenSpan {
    return this.open(name, attributes, parent, [])
  }

  current(): string | undefined {
    const span = this.running.getStore()
    return span && traceparentOf(span)
  }

  /** Ids of the span that runs now, for the own log. */
  ids(): {trace_id: string; span_id: string} | undefined {
    const context = this.running.getStore()?.spanContext()
    return context && {trace_id: context.traceId, span_id: context.spanId}
  }

  private open(name: string, all: SpanAttributes, parent: string | undefined, links: readonly string[]): OpenSpan {
    const {[KIND]: kind, ...attributes} = all
    const span = this.parts.ids.rootOf(rootTrace(parent), () =>
      this.parts.otel.startSpan(
        name,
        {
          kind: KINDS[String(kind)] ?? SpanKind.INTERNAL,
          attributes: this.masked(attributes),
          links: links.flatMap((link) => spanContextOf(link) ?? []).map((context) => ({context})),
        },
        this.contextFor(parent),
      ),
    )
    return {
      traceparent: traceparentOf(span),
      run: (work) => this.running.run(span, work),
      end: (more, error) => {
        if (more) span.setAttributes(this.masked(more))
        if (error !== undefined) this.fail(span, error)
        span.end()
      },
    }
  }

  /** Below `parent` where one is given that reads so, else below the span that runs now. */
  private contextFor(parent: string | undefined): Context {
    if (parent !== undefined) {
      const context = spanContextOf(parent)
      return context ? trace.setSpanContext(ROOT_CONTEXT, context) : ROOT_CONTEXT
    }
    const running = this.running.getStore()
    return running ? trace.setSpan(ROOT_CONTEXT, running) : ROOT_CONTEXT
  }

  private masked(attributes: SpanAttributes): Attributes {
    const result: Attributes = {}
    for (const [name, value] of Object.entries(attributes)) {
      result[name] = this.parts.masker.byName(name, value) ?? (toLoggable(value, this.parts.masker) as typeof value)
    }
    return result
  }

  private fail(span: Span, error: unknown): void {
    if (error instanceof Error && error.name === 'AbortError') return
    const code = error instanceof LogflowError ? error.code : undefined
    span.setAttribute('error.type', code ?? (error instanceof Error ? error.name : typeof error))
    if (code !== undefined && CALLERS.has(code)) return
    const message = String(toLoggable(error instanceof Error ? error.message : String(error), this.parts.masker))
    span.setStatus({code: SpanStatusCode.ERROR, message})
  }
}

function traceparentOf(span: Span): string {
  const {traceId, spanId, traceFlags} = span.spanContext()
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}

function spanContextOf(traceparent: string) {
  const match = TRACEPARENT.exec(traceparent)
  if (!match || match[2] === NO_SPAN) return undefined
  const [, traceId, spanId, flags] = match as unknown as [string, string, string, string]
  // Of the flags only `sampled` means something here.
  return {traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true}
}

/** The trace of a parent that names no span: what begins there is its root. */
function rootTrace(parent: string | undefined): string | undefined {
  const match = parent === undefined ? null : TRACEPARENT.exec(parent)
  return match?.[2] === NO_SPAN ? match[1] : undefined
}
