package dev.postern.server.listener;

import java.util.List;

/**
 * What goes back for an {@link HttpCall}. The listener adds {@code Date} and {@code
 * Content-Length}.
 *
 * @param headers names and values in order
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record HttpAnswer(int status, List<HttpCall.Header> headers, byte[] body) {
  public HttpAnswer {
    headers = List.copyOf(headers);
  }
}
