package dev.postern.client.api;

import dev.postern.aws.caller.JsonCaller;
import java.io.IOException;
import java.util.Map;

/**
 * The operations of our own service (design.md decision 1). A refusal is a {@link
 * dev.postern.aws.Fault}. Safe for use by many threads.
 */
public final class PosternApi {
  private final JsonCaller caller;

  PosternApi(JsonCaller caller) {
    this.caller = caller;
  }

  /** Why a call was refused. */
  public Map<String, Object> explain(String requestId) throws IOException {
    return caller.call("Explain", Map.of("RequestId", requestId));
  }
}
