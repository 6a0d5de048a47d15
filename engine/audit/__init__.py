"""Audits: whose opinions do the drafter and the reward model bring in?"""
