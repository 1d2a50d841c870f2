/** What the AWS CLI starts in place of session-manager-plugin (spec/data-channel.md 11). */
@org.jspecify.annotations.NullMarked
package dev.postern.client.plugin;
