package dev.postern.server.listener;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;

/**
 * Netty's request decoder without its leniency: what two parties could read as different requests
 * (RFC 9112 section 11.2) is refused. Owned by its connection.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {
  StrictRequestDecoder() {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(Limits.REQUEST_LINE_BYTES_MAX)
            .setMaxHeaderSize(Limits.HEADER_BYTES_MAX)
            .setMaxChunkSize(Limits.CHUNK_BYTES_MAX)
            .setValidateHeaders(true)
            .setAllowDuplicateContentLengths(false)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true));
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
  }
}
