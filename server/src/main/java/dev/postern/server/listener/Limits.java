package dev.postern.server.listener;

import java.time.Duration;

/** What one connection may ask of us. */
final class Limits {
  static final int REQUEST_LINE_BYTES_MAX = 16 * 1024;
  static final int HEADER_BYTES_MAX = 64 * 1024;
  static final int BODY_BYTES_MAX = 1024 * 1024;
  static final int CHUNK_BYTES_MAX = 64 * 1024;

  /** What a PROXY protocol header may say besides the addresses. */
  static final int PROXY_TLV_BYTES_MAX = 4096;

  /** Proxies between client and us whose word is read. */
  static final int PROXY_HOPS_MAX = 32;

  static final int TEXT_BYTES_MAX = 64 * 1024;
  static final int BINARY_BYTES_MAX = 1024 * 1024;

  /** Bounds empty fragments, which no bound on bytes would catch. */
  static final int FRAGMENTS_MAX = 4096;

  static final int CONNECTIONS_MAX = 65_536;
  static final int ACCEPT_BACKLOG = 4096;

  static final int WRITE_LOW_MARK_BYTES = 128 * 1024;
  static final int WRITE_HIGH_MARK_BYTES = 512 * 1024;
  static final int RECEIVE_BYTES_MIN = 2048;
  static final int RECEIVE_BYTES_INITIAL = 16 * 1024;
  static final int RECEIVE_BYTES_MAX = 256 * 1024;

  static final Duration TLS_HANDSHAKE_MAX = Duration.ofSeconds(10);

  /** From the first byte of a request to its last header; also from the handshake to the first. */
  static final Duration HEAD_MAX = Duration.ofSeconds(20);

  static final Duration BODY_MAX = Duration.ofSeconds(60);
  static final Duration ANSWER_WRITE_MAX = Duration.ofSeconds(60);
  static final Duration KEEP_ALIVE_IDLE_MAX = Duration.ofSeconds(75);

  /** How long a peer may take to answer our close frame; official ones never do. */
  static final Duration CLOSE_ANSWER_MAX = Duration.ofSeconds(2);

  /**
   * While we do not read from a peer we do not see its pings, and our own ends give up 5 s after
   * one, official agents 60 s after the last pong (spec/data-channel.md 2.4): so pongs go out
   * unasked, as RFC 6455 5.5.3 allows.
   */
  static final Duration UNASKED_PONG_EVERY = Duration.ofSeconds(2);

  static final Duration SHUTDOWN_MAX = Duration.ofSeconds(5);

  private Limits() {}
}
