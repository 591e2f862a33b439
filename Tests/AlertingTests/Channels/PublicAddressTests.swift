import Foundation
import Testing

@testable import Alerting

#if canImport(Glibc)
  import Glibc
#endif

struct PublicAddressTests {
  private func isPublic(_ text: String) throws -> Bool {
    if text.contains(":") {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      try #require(inet_pton(AF_INET6, text, &address.sin6_addr) == 1)
      return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { PublicAddress.isPublic($0) }
      }
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    try #require(inet_pton(AF_INET, text, &address.sin_addr) == 1)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { PublicAddress.isPublic($0) }
    }
  }

  @Test(arguments: [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.19.255.255",
    "198.51.100.7", "203.0.113.9", "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::",
    "3fff::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "::7f00:1",
  ]) func belongsToThisMachineOrItsNetwork(_ text: String) throws {
    #expect(try !isPublic(text))
  }

  @Test(arguments: [
    "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "169.253.0.1", "192.167.1.1",
    "198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2001:4860:4860::8888", "64:ff9b::808:808",
    "2002:808:808::1", "::ffff:8.8.8.8", "2a00::1", "3ffe::1",
  ]) func isOfThePublicInternet(_ text: String) throws {
    #expect(try isPublic(text))
  }

  @Test func anythingButTheInternetIsRefused() {
    var address = sockaddr()
    address.sa_family = sa_family_t(AF_UNIX)
    #expect(!PublicAddress.isPublic(&address))
  }
}
