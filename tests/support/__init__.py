"""What tests share: an account, a feed, a wire, rules and programs to try things on."""
