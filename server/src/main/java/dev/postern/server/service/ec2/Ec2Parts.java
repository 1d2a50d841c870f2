package dev.postern.server.service.ec2;

import dev.postern.server.service.Account;
import dev.postern.server.service.NextToken;

/** What the operations of this package are made of. */
record Ec2Parts(Account account, Instances instances, NextToken nextToken) {}
