package dev.postern.server;

import dev.postern.server.access.PrincipalNames;
import dev.postern.server.bus.Bus;
import dev.postern.server.service.Account;
import dev.postern.server.service.NextToken;
import dev.postern.server.service.Service;
import dev.postern.server.service.ec2.Ec2;
import dev.postern.server.service.ec2messages.MessageDelivery;
import dev.postern.server.service.iam.Iam;
import dev.postern.server.service.postern.PosternService;
import dev.postern.server.service.ssm.SystemsManager;
import dev.postern.server.service.ssmmessages.MessageGateway;
import dev.postern.server.service.sts.Sts;
import dev.postern.server.store.MasterKey;
import dev.postern.server.store.Store;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;

/** Every API of the server. */
final class Services {
  /** So that a poll is answered within 15 s; the official agent asks again after 20 s. */
  private static final Duration POLL_HOLD = Duration.ofSeconds(12);

  private Services() {}

  /**
   * The server that offers them.
   *
   * @param url where clients and nodes reach it
   * @param stopping reached when it begins to stop
   */
  record Host(URI url, CountDownLatch stopping) {}

  /**
   * All of them, over one store.
   *
   * @param random of cryptographic strength
   */
  static List<Service> of(
      PosternConfig config,
      Store store,
      Bus bus,
      Host host,
      MasterKey masterKey,
      RandomGenerator random) {
    var account = new Account(config.account().id(), config.region());
    var names = new PrincipalNames(account.id(), account.region());
    var nextToken = new NextToken(masterKey.derive("page tokens"));
    return List.of(
        SystemsManager.service(
            account,
            store,
            bus,
            new SystemsManager.Settings(host.url(), config.authorization().defaultDocumentCheck()),
            nextToken,
            random),
        MessageGateway.service(account, store),
        MessageDelivery.service(POLL_HOLD, host.stopping()),
        Sts.service(names, store),
        Ec2.service(account, store, bus, nextToken),
        Iam.service(account.id(), store, nextToken),
        PosternService.service(store));
  }
}
