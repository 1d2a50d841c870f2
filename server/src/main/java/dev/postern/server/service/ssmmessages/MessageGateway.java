package dev.postern.server.service.ssmmessages;

import dev.postern.server.service.Account;
import dev.postern.server.service.Service;
import dev.postern.server.service.Service.Protocol;
import dev.postern.server.store.Store;
import java.util.List;

/** The message gateway's calls over HTTPS: each gives an agent the token that opens one channel. */
public final class MessageGateway {
  private MessageGateway() {}

  public static Service service(Account account, Store store) {
    return Service.regional(
        "ssmmessages",
        new Protocol.Channels(),
        List.of(new CreateControlChannel(account, store), new CreateDataChannel(account, store)));
  }
}
