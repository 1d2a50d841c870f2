package dev.postern.server.service.ec2;

import dev.postern.server.bus.Bus;
import dev.postern.server.service.Account;
import dev.postern.server.service.NextToken;
import dev.postern.server.service.Service;
import dev.postern.server.store.Store;
import java.util.List;

/**
 * The service as the edge knows it. The AWS SDK's classes of EC2 are not loaded before the first
 * call.
 */
public final class Ec2 {
  private static final String NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/";

  private Ec2() {}

  public static Service service(Account account, Store store, Bus bus, NextToken nextToken) {
    Ec2Parts parts = new Ec2Parts(account, new Instances(store.nodes(), bus), nextToken);
    return Service.regional(
        "ec2",
        new Service.Protocol.Ec2Query("2016-11-15", NAMESPACE),
        List.of(
            new CreateTags(parts),
            new DeleteTags(parts),
            new DescribeTags(parts),
            new DescribeInstances(parts)));
  }
}
